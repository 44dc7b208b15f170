/** The login page: a touch on a demonstration login fills in the form and sends it. */
import { byId } from "./core.js";

for (const button of document.querySelectorAll("button[data-login]")) {
  button.addEventListener("click", () => {
    byId("login").value = button.dataset.login;
    byId("password").value = button.dataset.password;
    byId("login-form").requestSubmit();
  });
}
