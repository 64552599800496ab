/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CREDENTIAL_H
#define TOOLS_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/agent/agent.h"
#include "tools/faults.h"
#include "tools/secret.h"

/* The key or the ready token that a device logs in with. */

/* Takes it from the settings, or from the file that they name into *secret, and sets
 * key and key_kind of *out; they live as long as settings and secret. A fault: a file
 * that cannot be used, a key that is not base64, a token that cli_token_check refuses.
 * Settings without any are left alone: ol_settings_check tells of them. */
void cli_credential_load(const struct ol_settings *settings, struct cli_secret *secret,
                         int64_t now_s, struct ol_agent_config *out,
                         struct cli_faults *faults);

/* Judges a ready token for a device by all that can be seen without its key: form,
 * expiry (not when now_s, Unix seconds, is 0: the machine has no clock) and what it is
 * for. docs/protocol.md §2.2. true, or false and why[cap], which holds no part of the
 * signature. */
bool cli_token_check(struct ol_str token, struct ol_str product_id,
                     struct ol_str device_name, int64_t now_s, char *why, size_t cap);

#endif
