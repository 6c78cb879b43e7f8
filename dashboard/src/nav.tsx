import { ActionIcon, Menu } from "@mantine/core";
import { IconMenu2 } from "@tabler/icons-react";
import { Link, useLocation } from "wouter";
import { t } from "./i18n";
import { useMay } from "./session";

interface Goal {
  href: string;
  label: string;
}

type May = ReturnType<typeof useMay>;

/** Where one can go when no site is open. What somebody may not see is no goal. */
export const mainGoals = (may: May): Goal[] => [
  { href: "/", label: t("Sites") },
  { href: "/laws", label: t("Laws") },
  ...(["tenant:read", "members:read", "keys:read", "audit:read", "site:read"].some((p) => may(p)) ? [{ href: "/organisation", label: t("Organisation") }] : []),
];

/** The pages of one site. */
export const siteGoals = (site: string, may: May): Goal[] => [
  { href: `/sites/${site}`, label: t("Banner") },
  { href: `/sites/${site}/insight`, label: t("Insight") },
  ...(evidenceParts.some(({ sees }) => may(sees, site)) ? [{ href: `/sites/${site}/evidence`, label: t("Evidence") }] : []),
  { href: `/sites/${site}/cookies`, label: t("Cookies") },
];

/** The parts of the evidence room, and what each asks of who looks. */
export const evidenceParts = [
  { value: "records", sees: "records:read" },
  { value: "requests", sees: "requests:read" },
  { value: "webhooks", sees: "hooks:read" },
] as const;

export function MainNav() {
  return <Nav label={t("Main menu")} goals={mainGoals(useMay())} />;
}

export function SiteNav({ site }: { site: string }) {
  return <Nav label={t("Pages of this site")} goals={siteGoals(site, useMay())} />;
}

function Nav({ label, goals }: { label: string; goals: Goal[] }) {
  const [here] = useLocation();
  // "/organisation" is also open on the pages below it.
  const open = (href: string) => here === href || (href.split("/").length !== 3 && href !== "/" && here.startsWith(`${href}/`));
  return (
    <nav aria-label={label} className="nav">
      <ul className="nav-row">
        {goals.map(({ href, label }) => (
          <li key={href}>
            <Link href={href} className="nav-link" aria-current={open(href) ? "page" : undefined}>
              {label}
            </Link>
          </li>
        ))}
      </ul>
      <Menu position="bottom-start">
        <Menu.Target>
          <ActionIcon className="nav-menu" variant="subtle" color="gray" size="lg" aria-label={label}>
            <IconMenu2 size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {goals.map(({ href, label }) => (
            <Menu.Item key={href} component={Link} href={href} aria-current={open(href) ? "page" : undefined}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}
