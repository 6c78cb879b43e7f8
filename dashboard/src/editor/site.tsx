import { Select, SimpleGrid, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useMemo } from "react";
import type { SiteDocument } from "../api";
import { t } from "../i18n";
import { faultOf } from "../problem";
import { placeOptions } from "../wizard/places";
import type { Panel } from "./editor";
import { Ending } from "./ending";
import { Section } from "./section";

/** Whose site it is, and where it lives. */
export function SiteTab({ site, doc, change, findings }: Panel) {
  const places = useMemo(placeOptions, []);
  const set = (part: Partial<SiteDocument>) => change((d) => ({ ...d, ...part }));
  const controller = (part: Partial<SiteDocument["controller"]>) => change((d) => ({ ...d, controller: { ...d.controller, ...part } }));
  const fault = (path: string) => faultOf(findings, path);
  const origins = doc.origins.map((_, i) => fault(`origins[${i}]`)).find(Boolean);
  return (
    <>
      <Section title={t("The site")}>
        <TextInput label={t("Name")} value={doc.name} onChange={(e) => set({ name: e.currentTarget.value })} error={fault("name")} />
        <TagsInput
          label={t("Origins")}
          description={t("Pages at these addresses may record choices. A host may start with *. for its subdomains.")}
          value={doc.origins}
          onChange={(o) => set({ origins: o })}
          error={fault("origins") ?? origins}
        />
        <TextInput
          label={t("Cookie domain")}
          description={t("Shares one choice among subdomains. Empty keeps it on the host.")}
          placeholder="example.com"
          value={doc.cookie_domain ?? ""}
          onChange={(e) => set({ cookie_domain: e.currentTarget.value || undefined })}
          error={fault("cookie_domain")}
        />
        <Select
          label={t("Established in")}
          description={t("Its law binds the site for every visitor.")}
          data={places}
          value={doc.establishment}
          onChange={(v) => v && set({ establishment: v })}
          searchable
          limit={60}
          error={fault("establishment")}
        />
        <TextInput label={t("Privacy policy")} type="url" value={doc.policy_url} onChange={(e) => set({ policy_url: e.currentTarget.value })} error={fault("policy_url")} />
      </Section>
      <Section title={t("Who answers for it")} hint={t("Another name means another controller: every visitor is asked again.")}>
        <TextInput label={t("Name")} value={doc.controller.name} onChange={(e) => controller({ name: e.currentTarget.value })} error={fault("controller.name")} />
        <Textarea label={t("Postal address")} autosize value={doc.controller.address} onChange={(e) => controller({ address: e.currentTarget.value })} error={fault("controller.address")} />
        <SimpleGrid cols={2} spacing="sm">
          <TextInput label={t("E-mail")} type="email" value={doc.controller.email} onChange={(e) => controller({ email: e.currentTarget.value })} error={fault("controller.email")} />
          <TextInput label={t("Telephone")} value={doc.controller.phone ?? ""} onChange={(e) => controller({ phone: e.currentTarget.value || undefined })} error={fault("controller.phone")} />
        </SimpleGrid>
        <TextInput label={t("Website")} type="url" value={doc.controller.website ?? ""} onChange={(e) => controller({ website: e.currentTarget.value || undefined })} error={fault("controller.website")} />
      </Section>
      <Ending site={site} doc={doc} />
    </>
  );
}
