import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, type SiteDocument, type SiteView } from "../api";
import { useConfirmed } from "../confirmed";
import { t } from "../i18n";
import { ProblemAlert } from "../problem";
import { useMay } from "../session";
import { Sure } from "../sure";
import { Section } from "./section";

/** Taking the document along, and ending the site. */
export function Ending({ site, doc }: { site: SiteView; doc: SiteDocument }) {
  const may = useMay()("site:delete", site.id);
  const client = useQueryClient();
  const [, go] = useLocation();
  const refresh = () => Promise.all([["site", site.id], ["sites"]].map((queryKey) => client.invalidateQueries({ queryKey })));
  const archived = site.state === "archived";
  const archive = useConfirmed(() => (archived ? api.restore(site.id) : api.archive(site.id)), refresh);
  const drop = useConfirmed(
    () => api.dropSite(site.id),
    async () => {
      await client.invalidateQueries({ queryKey: ["sites"] });
      go("/");
    },
  );
  const [asked, setAsked] = useState<"archive" | "drop">();
  const leave = () => setAsked(undefined);
  return (
    <>
      <Section title={t("The document")} hint={t("Everything of this site in one file. The command “site apply” puts it back unchanged, here or on another server.")}>
        <Button
          component="a"
          variant="default"
          className="start"
          leftSection={<IconDownload size={16} />}
          href={`data:application/json,${encodeURIComponent(JSON.stringify(doc, null, 2))}`}
          download={`${site.id}.json`}
        >
          {t("Download the document")}
        </Button>
      </Section>
      {may && (
        <Section title={t("End the site")}>
          <Text size="sm" c="dimmed">
            {archived
              ? t("It is archived: its tag does nothing, and its records are kept.")
              : t("An archived site serves nothing any more; its pages work, its tags stay inert, its records are kept.")}
          </Text>
          {(archive.error ?? drop.error) && <ProblemAlert error={archive.error ?? drop.error} />}
          <Group gap="xs">
            {site.edition > 0 && (
              <Button variant="default" loading={archive.pending} onClick={() => (archived ? archive.run(undefined) : setAsked("archive"))} data-testid="archive">
                {archived ? t("Serve it again") : t("Archive it")}
              </Button>
            )}
            {(archived || site.edition === 0) && (
              <Button variant="subtle" color="red" loading={drop.pending} onClick={() => setAsked("drop")}>
                {t("Delete it")}
              </Button>
            )}
          </Group>
          <Sure opened={asked === "archive"} close={leave} title={t("Archive this site?")} deed={t("Archive it")} run={() => archive.run(undefined)}>
            {t("Within minutes its pages show no banner, and what waits for a choice there stays inert. It can be served again.")}
          </Sure>
          <Sure opened={asked === "drop"} close={leave} title={t("Delete this site?")} deed={t("Delete it")} run={() => drop.run(undefined)}>
            {archived ? t("It cannot be brought back, and its id is never given again. Its records stay as long as they must.") : t("It was never published: nothing of it is left.")}
          </Sure>
          {archive.dialog}
          {drop.dialog}
        </Section>
      )}
    </>
  );
}
