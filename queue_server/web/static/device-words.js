/** What a device says of itself, in the page's language. Pure: draws nothing. */
import { lang } from "./core.js";

const BETWEEN = " / "; // drivers tell "中文 / English" in one line

/** "" for a device that says nothing. What stands in one language alone is shown as it is. */
export function ownWords(device, language = lang) {
  const [chinese, english] = (device.detail ?? "").split(BETWEEN, 2);
  return (language === "en" && english) || chinese;
}
