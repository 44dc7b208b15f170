/** Both pictures of earlier checks, for managers; each look is logged by the server. */
import { byId, el, page, say } from "./core.js";
import { ask, attempt } from "./pension-server.js";

/** person(): the reference of whom the page shows. */
export function startEvidence(person) {
  byId("evidence-show")?.addEventListener("click", () =>
    attempt(async () => {
      const asked = person();
      const { evidence } = await ask(`people/${encodeURIComponent(asked)}/evidence`);
      if (asked !== person()) return;
      const shown = evidence.map((one) => entry(asked, one));
      byId("evidence").replaceChildren(...(shown.length ? shown : [el("li", {}, say("pension.evidence.none"))]));
    }),
  );
}

export function hideEvidence() {
  byId("evidence")?.replaceChildren();
}

function entry(person, { check, created_day, keep_until_day }) {
  const words = say("pension.evidence.one", { day: created_day, until: keep_until_day ?? "—" });
  const api = `/api/v1/halls/${encodeURIComponent(page.hall)}/pension/people/${encodeURIComponent(person)}/evidence`;
  const pictures = ["live", "reference"].map((which) =>
    el("img", { src: `${api}/${encodeURIComponent(check)}/${which}`, alt: say(`pension.confirm.${which}`), height: "160" }),
  );
  return el("li", {}, el("p", {}, words), ...pictures);
}
