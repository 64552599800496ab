/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_APP_TEXT_H
#define FIRMWARE_APP_TEXT_H

#include <stdint.h>

/* The texts of messages.h as they lie in the flash: packed when the program is built
 * (firmware/pack/pack.h says how), to less than half. */

#define APP_TEXT_DEPTH 12

/* A text that is being read. All members are private. */
struct app_text_reader {
    const struct app_language_texts *of;
    uint16_t at; /* bits */
    uint8_t waiting_count;
    uint16_t waiting[APP_TEXT_DEPTH];
};

/* The text of a message (enum app_message) in a language (enum app_language). */
void app_text_open(struct app_text_reader *text, unsigned language, unsigned message);

/* Its next character, a Unicode scalar value; 0 at its end, behind which nothing is to be read. */
uint32_t app_text_next(struct app_text_reader *text);

#endif
