import { Button, Group, Modal, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, problemOf } from "./api";
import { t } from "./i18n";
import { CodeOrProblem } from "./sign-in/code";

/**
 * A mutation that may ask for the password once more: dangerous acts do, some
 * minutes after the last time. Put `dialog` anywhere into the page.
 */
export function useConfirmed<In, Out>(act: (input: In) => Promise<Out>, onSuccess?: (out: Out, input: In) => unknown) {
  const [asked, setAsked] = useState<In[]>([]);
  const run = useMutation({
    mutationFn: act,
    onSuccess: (out, input) => onSuccess?.(out, input),
    onError: (error, input) => {
      if (problemOf(error).code === "confirm") setAsked([input]);
    },
  });
  const close = () => {
    setAsked([]);
    run.reset();
  };
  const waits = asked.length > 0;
  return {
    run: run.mutate,
    pending: run.isPending,
    error: run.isError && problemOf(run.error).code !== "confirm" ? run.error : null,
    reset: run.reset,
    dialog: (
      <Modal opened={waits} onClose={close} title={<b>{t("Your password, once more")}</b>}>
        {waits && (
          <Ask
            close={close}
            done={() => {
              const [input] = asked;
              setAsked([]);
              run.mutate(input as In);
            }}
          />
        )}
      </Modal>
    ),
  };
}

function Ask({ done, close }: { done: () => void; close: () => void }) {
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const confirm = useMutation({ mutationFn: () => api.confirm({ password, code: code || undefined }), onSuccess: done });
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault();
        confirm.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t("This gives power away or cannot be undone, so it asks who you are. It then holds for five minutes.")}</Text>
        <PasswordInput
          label={t("Password")}
          autoComplete="current-password"
          value={password}
          onChange={(e) => setPassword(e.currentTarget.value)}
          data-autofocus
          data-testid="confirm-password"
        />
        <CodeOrProblem error={confirm.error} code={code} onChange={setCode} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={close}>
            {t("Cancel")}
          </Button>
          <Button type="submit" loading={confirm.isPending} data-testid="confirm">
            {t("Go on")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
