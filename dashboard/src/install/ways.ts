import { t } from "../i18n";

/** One way to get the tag onto a page. */
interface Way {
  value: string;
  label: string;
  steps: string[];
  code: string;
}

/** The ways for a site; the tag and the address of its script are the server's. */
export function ways(tag: string, script: string): Way[] {
  const host = new URL(script).origin;
  return [
    {
      value: "html",
      label: "HTML",
      steps: [t("Paste it first in the head of every page, before any other script. What comes before it cannot be held back.")],
      code: tag,
    },
    {
      value: "inline",
      label: t("Inline gate"),
      steps: [
        t("Fastest for returning visitors: their tags wait for no request. Print the gate and its security policy with this command, and paste both tags first in the head."),
        t("Print it again after an edition that changes purposes."),
        t("It does not know where a visitor is: a grant from a place whose law asks less counts until the script has come. Let your server ask /v1/inline for each page where that must not be."),
      ],
      code: `lxconsent embed ${script.replace(/^.*\/s\/|\.js$/g, "")} --inline --public-url ${host}`,
    },
    {
      value: "gtm",
      label: "Tag Manager",
      steps: [
        t("Put the tag into the page itself, above Tag Manager's own snippet: a banner inside the container comes too late to hold back what the container starts."),
        t("Switch Google Consent Mode on. In Tag Manager, set each tag's consent checks; the event lxconsent_change arrives in the data layer at the start of each page and at each choice."),
      ],
      code: `${tag}\n<!-- Google Tag Manager comes after it -->`,
    },
    {
      value: "next",
      label: "Next.js",
      steps: [t("In app/layout.tsx, first in the head. A plain script element keeps the order; next/script does not.")],
      code: `export default function RootLayout({ children }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script src="${script}"></script>
      </head>
      <body>{children}</body>
    </html>
  );
}`,
    },
    {
      value: "wordpress",
      label: "WordPress",
      steps: [t("In the theme's functions.php, or in a plugin for snippets. The priority puts it before what other plugins print.")],
      code: `add_action('wp_head', function () {
  echo '${tag}';
}, -1000);`,
    },
    {
      value: "shopify",
      label: "Shopify",
      steps: [t("Online Store, Themes, Edit code: in layout/theme.liquid, right below the opening head tag.")],
      code: `<head>\n  ${tag}`,
    },
    {
      value: "csp",
      label: t("Security policy"),
      steps: [t("If the pages send a Content-Security-Policy, it must allow this. Nothing inline is needed.")],
      code: `script-src ${host};\nconnect-src ${host};`,
    },
  ];
}
