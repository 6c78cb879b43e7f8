import { ActionIcon, Menu } from "@mantine/core";
import { IconMenu2 } from "@tabler/icons-react";
import { Link, useLocation } from "wouter";
import { t } from "./i18n";

interface Goal {
  href: string;
  label: string;
}

/** Where one can go when no site is open. */
export const mainGoals = (): Goal[] => [
  { href: "/", label: t("Sites") },
  { href: "/laws", label: t("Laws") },
  { href: "/organisation", label: t("Organisation") },
];

/** The pages of one site. */
export const siteGoals = (site: string): Goal[] => [
  { href: `/sites/${site}`, label: t("Banner") },
  { href: `/sites/${site}/insight`, label: t("Insight") },
  { href: `/sites/${site}/evidence`, label: t("Evidence") },
  { href: `/sites/${site}/cookies`, label: t("Cookies") },
];

export function MainNav() {
  return <Nav label={t("Main menu")} goals={mainGoals()} />;
}

export function SiteNav({ site }: { site: string }) {
  return <Nav label={t("Pages of this site")} goals={siteGoals(site)} />;
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
