// The library hides itself from automated browsers unless told otherwise.
const frame = () => {
  const place = document.getElementById("frame-place");
  if (place && CookieConsent.acceptedCategory("marketing")) place.outerHTML = '<iframe src="/frame.html" title="Frame" width="320" height="180"></iframe>';
};
CookieConsent.run({
  hideFromBots: false,
  categories: { necessary: { enabled: true, readOnly: true }, analytics: {}, marketing: {} },
  onConsent: frame,
  onChange: frame,
  language: {
    default: "en",
    translations: {
      en: {
        consentModal: {
          title: "We value your privacy",
          description: "We use cookies to make this site work, to count visits and to show ads. You choose.",
          acceptAllBtn: "Accept all",
          acceptNecessaryBtn: "Reject all",
          showPreferencesBtn: "Preferences",
        },
        preferencesModal: {
          title: "Your choices",
          acceptAllBtn: "Accept all",
          acceptNecessaryBtn: "Reject all",
          savePreferencesBtn: "Save",
          closeIconLabel: "Close",
          sections: [
            { title: "Necessary", description: "Needed to make the site work.", linkedCategory: "necessary" },
            { title: "Analytics", description: "Counts visits.", linkedCategory: "analytics" },
            { title: "Marketing", description: "Shows ads.", linkedCategory: "marketing" },
          ],
        },
      },
    },
  },
});
