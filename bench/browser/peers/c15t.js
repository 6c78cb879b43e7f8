// The core has no interface of its own: this is the least that is one.
import { getOrCreateConsentRuntime } from "c15t";

const { consentStore } = getOrCreateConsentRuntime({
  mode: "offline",
  consentCategories: ["necessary", "measurement", "marketing"],
  overrides: { country: "DE" },
  scripts: [{ id: "tag", src: "/tag.js", category: "measurement" }],
});
const say = (tag, text, props) => Object.assign(document.createElement(tag), { textContent: text }, props);
const box = say("div", "", { id: "bench-banner" });
box.style.cssText = "position:fixed;bottom:16px;left:16px;width:360px;padding:20px;background:#fff;border:1px solid #ccc;font:15px/1.5 system-ui";
box.append(
  say("p", "We use cookies to make this site work, to count visits and to show ads. You choose."),
  say("button", "Accept all", { id: "bench-accept", onclick: () => consentStore.getState().saveConsents("all") }),
  say("button", "Reject all", { onclick: () => consentStore.getState().saveConsents("necessary") }),
  say("button", "Preferences", { onclick: () => consentStore.getState().setActiveUI("dialog") }),
);
document.body.append(box);
const draw = (s) => {
  box.style.display = s.activeUI === "banner" ? "block" : "none";
};
consentStore.subscribe(draw);
draw(consentStore.getState());
