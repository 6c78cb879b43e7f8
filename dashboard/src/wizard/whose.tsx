import { SimpleGrid, Textarea, TextInput } from "@mantine/core";
import { t } from "../i18n";
import { hostOf, isHost, originsOf } from "./start";
import type { Step } from "./wizard";

/** Step one: whose site it is. The policy's usual address is offered, never assumed. */
export function Whose({ answers: a, set, faults }: Step) {
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
