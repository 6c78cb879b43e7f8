window.klaroConfig = {
  version: 1,
  lang: "en",
  acceptAll: true,
  default: false,
  translations: { en: { purposes: { analytics: { title: "Analytics" }, marketing: { title: "Marketing" } }, privacyPolicyUrl: "/privacy" } },
  services: [
    { name: "analytics", title: "Analytics", purposes: ["analytics"], description: "Counts visits." },
    { name: "marketing", title: "Marketing", purposes: ["marketing"], description: "Shows ads." },
  ],
};
