import { Badge, Button, Code, Group, Paper, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconArrowRight, IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api, type SiteRow } from "./api";
import { CopyTag } from "./copy";
import { Page } from "./frame";
import { rich, t } from "./i18n";
import { ProblemAlert } from "./problem";
import { useMay } from "./session";
import { SiteFigures } from "./site-figures";
import { When } from "./when";

// Fewer sites than this are seen at a glance.
const MANY = 5;
const MONTH = 30 * 86_400_000;

/** Whether a site has every word of what somebody types, in its name, its id or its addresses. */
function fits(site: SiteRow, typed: string): boolean {
  const said = [site.name, site.id, ...site.origins].join(" ").toLowerCase();
  return typed.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}

export function Sites() {
  const list = useQuery({ queryKey: ["sites"], queryFn: ({ signal }) => api.sites(signal) });
  const sites = list.data?.sites ?? [];
  const [typed, setTyped] = useState("");
  const may = useMay();
  const shown = sites.filter((s) => fits(s, typed));
  return (
    <Page
      title={t("Sites")}
      hint={t("Shape a banner, see exactly what visitors will see, publish it.")}
      actions={
        sites.length > 0 && may("site:write") && (
          <Button component={Link} href="/new" leftSection={<IconPlus size={16} />} variant="default">
            {t("Add a site")}
          </Button>
        )
      }
    >
      {list.isError && <ProblemAlert error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={96} radius="lg" />}
      {list.isSuccess && sites.length === 0 && (may("site:write") ? <Empty /> : <Text c="dimmed">{t("There is no site yet that you may see.")}</Text>)}
      {sites.length >= MANY && (
        <TextInput
          leftSection={<IconSearch size={16} />}
          placeholder={t("Name, address or id")}
          aria-label={t("Find a site")}
          value={typed}
          onChange={(e) => setTyped(e.currentTarget.value)}
          maw={360}
          data-testid="sites-find"
        />
      )}
      {sites.length > 0 && shown.length === 0 && <Text c="dimmed">{t("No site has these words in its name, address or id.")}</Text>}
      {shown.length > 0 && (
        <ul className="sites">
          {shown.map((s) => (
            <SiteCard key={s.id} site={s} />
          ))}
        </ul>
      )}
    </Page>
  );
}

/** The addresses as people say them, a www beside its bare name left out. */
function hosts(origins: readonly string[]): string {
  const bare = [...new Set(origins.map((o) => o.replace(/^https?:\/\/(www\.)?/, "")))];
  return bare.slice(0, 3).join(", ") + (bare.length > 3 ? ` +${bare.length - 3}` : "");
}

function SiteCard({ site }: { site: SiteRow }) {
  const edits = useMay()("site:write", site.id);
  return (
    <Paper component="li" withBorder radius="lg" className="site-card" data-testid={`site-card-${site.id}`}>
      <Stack gap={6} className="site-card-text">
        <Group gap="xs">
          <Title order={2} size="h2">
            <Link href={`/sites/${site.id}`} className="site-link">
              {site.name}
            </Link>
          </Title>
          {site.state === "archived" && <Badge color="gray">{t("Archived")}</Badge>}
          {site.upcoming && <Badge>{t("Edition {n} is planned", { n: site.upcoming.edition })}</Badge>}
          {site.changed && site.edition > 0 && <Badge color="yellow">{t("Unpublished changes")}</Badge>}
        </Group>
        <Group gap={6} fz="sm" c="dimmed">
          <span className="site-state">
            <span className={site.state === "live" ? "dot dot-live" : "dot"} aria-hidden="true" />
            {site.state === "archived" && site.edition > 0 ? (
              <span>{t("Edition {n}", { n: site.edition })}</span>
            ) : site.edition > 0 ? (
              <span>
                {site.published_at
                  ? rich("Edition {n} is live, published {when}", { n: site.edition, when: <When at={site.published_at} /> })
                  : t("Edition {n} is live", { n: site.edition })}
              </span>
            ) : (
              <span>{t("Not published yet")}</span>
            )}
          </span>
          <Code>{site.id}</Code>
        </Group>
        {site.origins[0] && (
          <Text size="sm" c="dimmed" className="site-host">
            {hosts(site.origins)}
          </Text>
        )}
        {site.edition > 0 && <SiteFigures site={site.id} live={site.state === "live"} fresh={site.edition === 1 && Date.now() - Date.parse(site.published_at ?? "") < MONTH} />}
      </Stack>
      <Group gap="xs" className="site-card-actions">
        <CopyTag text={site.tag} />
        <Button
          component={Link}
          href={`/sites/${site.id}`}
          variant="light"
          rightSection={<IconArrowRight size={16} />}
          aria-label={edits ? t("Edit {name}", { name: site.name }) : t("Open {name}", { name: site.name })}
        >
          {edits ? t("Edit") : t("Open")}
        </Button>
      </Group>
    </Paper>
  );
}

function Empty() {
  return (
    <Paper withBorder radius="lg" p={{ base: "lg", sm: 40 }}>
      <Stack gap="sm" maw={560} align="flex-start">
        <Title order={2}>{t("Add your first site")}</Title>
        <Text c="dimmed">
          {t("Four short steps: whose site it is, who visits it, how the banner looks, and the tag to paste. It takes about three minutes.")}
        </Text>
        <Button component={Link} href="/new" leftSection={<IconPlus size={16} />}>
          {t("Add a site")}
        </Button>
        <Text size="sm" c="dimmed">
          {rich("A site that is kept as a document is applied from the command line: {command}", {
            command: <Code>lxconsent site apply -f site.json</Code>,
          })}
        </Text>
      </Stack>
    </Paper>
  );
}
