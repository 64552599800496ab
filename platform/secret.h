/* SPDX-License-Identifier: MIT */
#ifndef PLATFORM_SECRET_H
#define PLATFORM_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "onelink/base/str.h"

/* Keys and names made by the kernel's random generator, in the forms that the cloud gives
 * (docs/protocol.md §2.1), and keys read from files. */

#define OL_SECRET_CAP       96 /* the longest key as text, with its NUL */
#define OL_SECRET_ID_CAP    11
#define OL_SECRET_TOKEN_CAP 512

/* base64 of 32 random bytes: 44 characters. false: the kernel gives no random bytes. */
bool ol_secret_product_key(char out[OL_SECRET_CAP]);

/* base64 of 32 random letters and digits: 44 characters. */
bool ol_secret_device_key(char out[OL_SECRET_CAP]);

/* base64 of 48 random bytes: 64 characters. */
bool ol_secret_user_key(char out[OL_SECRET_CAP]);

/* 10 random letters and digits: a product id. */
bool ol_secret_product_id(char out[OL_SECRET_ID_CAP]);

/* 6 random digits, the first not 0: a user id. */
bool ol_secret_user_id(char out[OL_SECRET_ID_CAP]);

/* Reads a base64 key from the file, "-" is standard input. White space around it is
 * dropped. false after one sentence in why[cap], which does not hold the key. */
bool ol_secret_read(const char *file, char out[OL_SECRET_CAP], char *why, size_t cap);

/* An API token of that user that practically never expires. false: the key is no key. */
bool ol_secret_user_token(struct ol_str user_id, struct ol_str key,
                          char out[OL_SECRET_TOKEN_CAP]);

/* Overwrites buf[0..len), in a way that the compiler keeps. */
void ol_secret_wipe(void *buf, size_t len);

#endif
