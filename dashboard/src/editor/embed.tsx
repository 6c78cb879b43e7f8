import { Alert, Anchor, Code, List, Text } from "@mantine/core";
import { Check } from "../install/check";
import { Ways } from "../install/install";
import type { Panel } from "./editor";
import { Section } from "./section";
import { rich, t } from "../i18n";

const script = `<script type="text/plain" data-category="analytics"
  data-src="https://…/analytics.js"></script>`;
const frame = `<iframe data-category="marketing" data-vendor="youtube"
  data-src="https://…"></iframe>`;
const button = `<button data-lx-action="settings">Cookie settings</button>`;

export function Embed({ doc, site }: Panel) {
  return (
    <>
      <Section title={t("One tag")}>
        {site.edition === 0 && (
          <Alert color="yellow" p="sm">
            {t("The tag shows nothing until the first edition is published.")}
          </Alert>
        )}
        <Ways tag={site.tag} script={site.script_url} />
        <Text size="sm" c="dimmed">
          {rich("It loads {script}, made for each visitor's place and language. The tag never changes, whatever you publish.", {
            script: (
              <Anchor href={site.script_url} target="_blank" rel="noreferrer" size="sm">
                {t("this script")}
              </Anchor>
            ),
          })}
        </Text>
      </Section>
      <section className="section">
        <Check site={site.id} page={doc.origins[0] ?? ""} />
      </section>
      <Section title={t("Mark what must wait")}>
        <List size="sm" spacing="md" listStyleType="none">
          <List.Item>
            {t("A script runs once its purpose is granted:")}
            <Code block className="code">
              {script}
            </Code>
          </List.Item>
          <List.Item>
            {t("A frame shows a placeholder until then:")}
            <Code block className="code">
              {frame}
            </Code>
          </List.Item>
          <List.Item>
            {doc.banner.reopen
              ? t("A link to change one's mind:")
              : t("A link to change one's mind (needed: the reopen button is off):")}
            <Code block className="code">
              {button}
            </Code>
          </List.Item>
        </List>
        <Text size="sm" c="dimmed">
          {t("Purposes of this site: {list}", { list: doc.purposes.map((p) => p.id).join(", ") })}
        </Text>
      </Section>
    </>
  );
}
