import { Badge, Button, Code, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconArrowRight, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, type SiteRow } from "./api";
import { CopyTag } from "./copy";
import { Page } from "./frame";
import { rich, t } from "./i18n";
import { ProblemAlert } from "./problem";
import { When } from "./when";

export function Sites() {
  const list = useQuery({ queryKey: ["sites"], queryFn: ({ signal }) => api.sites(signal) });
  const sites = list.data?.sites ?? [];
  return (
    <Page
      title={t("Sites")}
      hint={t("Shape a banner, see exactly what visitors will see, publish it.")}
      actions={
        sites.length > 0 && (
          <Button component={Link} href="/new" leftSection={<IconPlus size={16} />} variant="default">
            {t("Add a site")}
          </Button>
        )
      }
    >
      {list.isError && <ProblemAlert error={list.error} retry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={96} radius="lg" />}
      {list.isSuccess && sites.length === 0 && <Empty />}
      {sites.length > 0 && (
        <ul className="sites">
          {sites.map((s) => (
            <SiteCard key={s.id} site={s} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function SiteCard({ site }: { site: SiteRow }) {
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
            <span className={site.edition > 0 ? "dot dot-live" : "dot"} aria-hidden="true" />
            {site.edition > 0 ? (
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
      </Stack>
      <Group gap="xs" className="site-card-actions">
        <CopyTag text={site.tag} />
        <Button
          component={Link}
          href={`/sites/${site.id}`}
          variant="light"
          rightSection={<IconArrowRight size={16} />}
          aria-label={t("Edit {name}", { name: site.name })}
        >
          {t("Edit")}
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
