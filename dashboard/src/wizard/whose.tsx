import { Alert, SimpleGrid, Textarea, TextInput } from "@mantine/core";
import { Link } from "wouter";
import type { SiteRow } from "../api";
import { rich, t } from "../i18n";
import { hostOf, isHost, originsOf } from "./start";
import type { Step } from "./wizard";

function Known({ site }: { site: SiteRow }) {
  return <Link href={`/sites/${site.id}`}>{site.name || site.id}</Link>;
}

/** Step one: whose site it is. The policy's usual address is offered, never assumed. */
export function Whose({ answers: a, set, faults, there }: Step & { there?: SiteRow }) {
  const host = hostOf(a.domain);
  return (
    <>
      <TextInput
        label={t("Domain")}
        description={t("Where the banner shall show. Its www address is included.")}
        placeholder="example.com"
        value={a.domain}
        onChange={(e) => set({ domain: e.currentTarget.value })}
        onBlur={() => isHost(host) && a.policy === "" && set({ policy: `${originsOf(host)[0]}/privacy` })}
        error={faults.domain}
        autoComplete="off"
        data-autofocus
        data-testid="wizard-domain"
      />
      {there && (
        <Alert color="yellow" p="sm" role="status" data-testid="wizard-there">
          {there.edition > 0
            ? rich("This domain has a banner already: {site}. Going on makes a second one.", { site: <Known site={there} /> })
            : rich("A draft for this domain was begun and never published: {site}. Going on begins it anew.", { site: <Known site={there} /> })}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label={t("Who runs it")}
          description={t("The company or person who answers for the data.")}
          placeholder="Example Ltd"
          value={a.name}
          onChange={(e) => set({ name: e.currentTarget.value })}
          error={faults.name}
          autoComplete="organization"
          data-testid="wizard-name"
        />
        <TextInput
          label={t("E-mail for privacy questions")}
          description={t("Visitors find it in the banner's settings.")}
          placeholder="privacy@example.com"
          type="email"
          value={a.email}
          onChange={(e) => set({ email: e.currentTarget.value })}
          error={faults.email}
          autoComplete="email"
          data-testid="wizard-email"
        />
      </SimpleGrid>
      <Textarea
        label={t("Postal address")}
        value={a.address}
        onChange={(e) => set({ address: e.currentTarget.value })}
        error={faults.address}
        autosize
        minRows={2}
        maxLength={300}
        autoComplete="street-address"
        data-testid="wizard-address"
      />
      <TextInput
        label={t("Privacy policy")}
        description={t("The banner links to it.")}
        placeholder="https://example.com/privacy"
        type="url"
        value={a.policy}
        onChange={(e) => set({ policy: e.currentTarget.value })}
        error={faults.policy}
        data-testid="wizard-policy"
      />
    </>
  );
}
