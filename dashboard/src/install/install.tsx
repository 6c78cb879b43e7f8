import { Anchor, Button, Code, Group, List, Skeleton, Stack, Tabs, Text, Title } from "@mantine/core";
import { IconArrowRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "../api";
import { CopyTag } from "../copy";
import { rich, t } from "../i18n";
import { ProblemAlert } from "../problem";
import { Check } from "./check";
import { ways } from "./ways";

/** The last step: the tag, and whether it is where it belongs. */
export function Install({ site }: { site: string }) {
  const view = useQuery({ queryKey: ["site", site], queryFn: ({ signal }) => api.site(site, signal) });
  if (view.isError) return <ProblemAlert error={view.error} retry={() => void view.refetch()} />;
  if (!view.data) return <Skeleton height={200} radius="md" />;
  return (
    <Stack gap="xl">
      <Stack gap={4}>
        <Title order={2}>{t("The banner is live. Now the tag")}</Title>
        <Text c="dimmed">
          {rich("It loads {script}, made for each visitor's place and language. The tag never changes, whatever you publish.", {
            script: (
              <Anchor href={view.data.script_url} target="_blank" rel="noreferrer">
                {t("this script")}
              </Anchor>
            ),
          })}
        </Text>
      </Stack>
      <Ways tag={view.data.tag} script={view.data.script_url} />
      <Check site={site} page={view.data.draft.origins[0] ?? ""} />
      <Group>
        <Button component={Link} href={`/sites/${site}`} rightSection={<IconArrowRight size={16} />} data-testid="wizard-done">
          {t("Open the editor")}
        </Button>
      </Group>
    </Stack>
  );
}

/** The tag in the form that each kind of site wants it. */
export function Ways({ tag, script }: { tag: string; script: string }) {
  const list = ways(tag, script);
  return (
    <Tabs defaultValue="html" keepMounted={false} variant="pills">
      <Tabs.List className="ways">
        {list.map((w) => (
          <Tabs.Tab key={w.value} value={w.value}>
            {w.label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {list.map((w) => (
        <Tabs.Panel key={w.value} value={w.value} pt="md">
          <Stack gap="sm" align="flex-start">
            <List size="sm" listStyleType="none" spacing={4}>
              {w.steps.map((s) => (
                <List.Item key={s}>{s}</List.Item>
              ))}
            </List>
            <Code block className="code">
              {w.code}
            </Code>
            <CopyTag text={w.code} label={w.value === "html" ? t("Copy tag") : t("Copy")} />
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
