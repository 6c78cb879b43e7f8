tarteaucitron.init({
  privacyUrl: "", hashtag: "#tarteaucitron", cookieName: "tarteaucitron", orientation: "bottom", groupServices: false, showAlertSmall: false,
  cookieslist: false, adblocker: false, DenyAllCta: true, AcceptAllCta: true, highPrivacy: true, handleBrowserDNTRequest: false, removeCredit: false,
  moreInfoLink: true, useExternalCss: false, mandatory: true, googleConsentMode: false, showIcon: false,
});
tarteaucitron.services.benchtag = {
  key: "benchtag", type: "analytic", name: "Analytics", uri: "", needConsent: true, cookies: [],
  js: () => { tarteaucitron.addScript("/tag.js"); },
};
tarteaucitron.services.benchframe = {
  key: "benchframe", type: "ads", name: "Marketing", uri: "", needConsent: true, cookies: [],
  js: () => {
    for (const e of document.querySelectorAll(".bench-frame")) {
      const f = document.createElement("iframe");
      f.src = e.dataset.src;
      f.title = "Frame";
      e.replaceWith(f);
    }
  },
  fallback: () => {},
};
tarteaucitron.job ||= [];
tarteaucitron.job.push("benchtag", "benchframe");
