import { Alert, Anchor, Button, Group, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { api } from "./api";
import { t } from "./i18n";
import { ProblemAlert } from "./problem";
import { useMay } from "./session";

/** Says that a site reports nothing yet, and switches it on in the draft with one click. */
export function Counting({ site, title, children }: { site: string; title: string; children: string }) {
  const view = useQuery({ queryKey: ["site", site], queryFn: ({ signal }) => api.site(site, signal) });
  const may = useMay()("site:write", site);
  const client = useQueryClient();
  const on = useMutation({
    mutationFn: async () => {
      // What somebody else has changed since this page was opened stays.
      const { draft, version } = await api.site(site);
      await api.saveDraft(site, { ...draft, features: { ...draft.features, insight: true } }, version);
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["site", site] }),
  });
  const waiting = view.data?.draft.features.insight ?? false;
  // Nothing waits to be published, so the live edition counts already.
  if (waiting && !view.data?.changed) {
    return (
      <Alert color="pine" title={t("Counting is on")}>
        {t("The first figures come within seconds of a visit.")}
      </Alert>
    );
  }
  return (
    <Alert color={waiting ? "yellow" : "gray"} title={waiting ? t("Counting begins with the next edition") : title}>
      <Stack gap="sm" align="flex-start">
        {waiting ? t("It is switched on in the draft. Publish the banner, and figures come within seconds of the next visit.") : children}
        <Group gap="md">
          {!waiting && may && (
            <Button size="xs" loading={on.isPending} onClick={() => on.mutate()} data-testid="count-on">
              {t("Switch it on in the draft")}
            </Button>
          )}
          <Anchor component={Link} href={`/sites/${site}`} size="sm">
            {waiting ? t("Open the editor to publish") : t("Open the editor")}
          </Anchor>
        </Group>
        {on.isError && <ProblemAlert error={on.error} />}
      </Stack>
    </Alert>
  );
}
