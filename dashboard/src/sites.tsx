import { Badge, Button, Code, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api, type SiteRow } from "./api";
import { CopyTag } from "./copy";
import { TopBar } from "./frame";
import { ProblemAlert } from "./problem";
import { When } from "./when";

export function Sites() {
  const list = useQuery({ queryKey: ["sites"], queryFn: ({ signal }) => api.sites(signal) });
  const sites = list.data?.sites ?? [];
  return (
    <>
      <TopBar />
      <main className="page">
        <Stack gap="xl">
          <Stack gap={4}>
            <Title order={1}>Sites</Title>
            <Text c="dimmed">Shape a banner, see exactly what visitors will see, publish it.</Text>
          </Stack>
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
        </Stack>
      </main>
    </>
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
          {site.changed && site.edition > 0 && <Badge color="yellow">Unpublished changes</Badge>}
        </Group>
        <Group gap={6} fz="sm" c="dimmed">
          <span className={site.edition > 0 ? "dot dot-live" : "dot"} aria-hidden="true" />
          {site.edition > 0 ? (
            <span>
              Edition {site.edition} is live
              {site.published_at && (
                <>
                  , published <When at={site.published_at} />
                </>
              )}
            </span>
          ) : (
            <span>Not published yet</span>
          )}
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
          aria-label={`Edit ${site.name}`}
        >
          Edit
        </Button>
      </Group>
    </Paper>
  );
}

function Empty() {
  return (
    <Paper withBorder radius="lg" p={{ base: "lg", sm: 40 }}>
      <Stack gap="sm" maw={560}>
        <Title order={2}>Add your first site</Title>
        <Text c="dimmed">
          A site is one JSON document: its origins, its purposes and how its banner looks. Write it once and hand it to
          the server. Everything after that can be done here.
        </Text>
        <Code block>lxconsent site apply -f site.json</Code>
        <Text size="sm" c="dimmed">
          No document at hand? Start the server with <Code>--demo</Code> to get a complete site to play with.
        </Text>
      </Stack>
    </Paper>
  );
}
