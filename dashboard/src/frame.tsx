import { Anchor, Center, Group, Loader, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "wouter";
import { Find } from "./find";
import { t } from "./i18n";
import { MainNav, SiteNav } from "./nav";
import { Person } from "./person";
import { Wordmark } from "./wordmark";

/** The bar on top of every page: where one is, where one can go, what one can do. */
export function TopBar({ where, site, children }: { where?: ReactNode; site?: string; children?: ReactNode }) {
  return (
    <header className="topbar">
      <a href="#main" className="skip">
        {t("Skip to the content")}
      </a>
      <Group gap="sm" wrap="nowrap" className="topbar-where">
        <Link href="/" className="home" aria-label={t("LeadiumX Consent, all sites")}>
          <Wordmark />
        </Link>
        {where}
        {site ? <SiteNav site={site} /> : <MainNav />}
      </Group>
      <Group gap="xs" wrap="nowrap" className="topbar-deeds">
        {children}
        <Find />
        <Person site={site} />
      </Group>
    </header>
  );
}

/** A page below the bar, with its heading. */
export function Page({ title, hint, site, where, actions, wide, children }: PageProps) {
  return (
    <>
      <TopBar site={site} where={where} />
      <main className={wide ? "page page-wide" : "page"} id="main">
        <Stack gap="xl">
          <Group justify="space-between" align="flex-start" gap="md">
            <Stack gap={4} className="page-head">
              <Title order={1}>{title}</Title>
              {hint && <Text c="dimmed">{hint}</Text>}
            </Stack>
            {actions}
          </Group>
          {children}
        </Stack>
      </main>
    </>
  );
}

interface PageProps {
  title: string;
  hint?: ReactNode;
  /** The site whose menu the bar shows. */
  site?: string;
  where?: ReactNode;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

export function Waiting() {
  return (
    <Center mih="60vh" aria-busy="true">
      <Loader aria-label={t("Loading")} />
    </Center>
  );
}

export function NotFound() {
  return (
    <>
      <TopBar />
      <Center mih="60vh" component="main" id="main">
        <Stack align="center" gap="xs" px="md" ta="center">
          <Title order={1}>{t("No such page")}</Title>
          <Text c="dimmed">{t("The address may be mistyped, or the page has moved.")}</Text>
          <Anchor component={Link} href="/">
            {t("Go to your sites")}
          </Anchor>
        </Stack>
      </Center>
    </>
  );
}
