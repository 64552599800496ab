/* SPDX-License-Identifier: MIT */
#include "firmware/app/text.h"

#include "firmware/app/texts.inc" /* made from messages.h by firmware/pack */

struct app_language_texts {
    const uint8_t *bits;      /* characters, pairs, texts */
    const uint16_t *starts;   /* where every texts_stride-th text begins */
    const uint8_t (*lens)[2]; /* characters and pairs of each code length */
    uint16_t char_count;
    uint8_t char_width;
    uint8_t width; /* of a half of a pair */
};

#define TEXTS(name)                                                                      \
    {                                                                                    \
        name##_bits, name##_starts, name##_lens, name##_chars, name##_char_width,        \
            name##_width                                                                 \
    }

static const struct app_language_texts languages[] = {TEXTS(english), TEXTS(chinese)};

_Static_assert(english_depth <= APP_TEXT_DEPTH, "pairs of pairs nest too deep");
_Static_assert(chinese_depth <= APP_TEXT_DEPTH, "pairs of pairs nest too deep");

static unsigned bits(const struct app_language_texts *of, unsigned at, unsigned count)
{
    unsigned value = 0;
    for (; count > 0; count--, at++) {
        value = value << 1 | ((unsigned)of->bits[at / 8] >> (7 - at % 8) & 1u);
    }
    return value;
}

/* The next symbol of the text. The codes of a length follow each other, those of characters
 * first; so do the numbers of the symbols. Every sequence of bits is a sequence of codes. */
static unsigned take_symbol(struct app_text_reader *text)
{
    const struct app_language_texts *of = text->of;
    const uint8_t *count = of->lens[0];
    unsigned code = 0, character = count[0], pair = of->char_count + count[1];
    for (;;) {
        count += 2;
        code = code << 1 | bits(of, text->at++, 1);
        if (code < count[0]) {
            return character + code;
        }
        character += count[0];
        code -= count[0];
        if (code < count[1]) {
            return pair + code;
        }
        pair += count[1];
        code -= count[1];
    }
}

static unsigned char_of(const struct app_language_texts *of, unsigned symbol)
{
    return bits(of, symbol * of->char_width, of->char_width);
}

uint32_t app_text_next(struct app_text_reader *text)
{
    const struct app_language_texts *of = text->of;
    unsigned symbol = text->waiting_count > 0 ? text->waiting[--text->waiting_count]
                                              : take_symbol(text);
    while (symbol >= of->char_count) {
        unsigned at =
            of->char_count * of->char_width + (symbol - of->char_count) * 2 * of->width;
        text->waiting[text->waiting_count++] =
            (uint16_t)bits(of, at + of->width, of->width);
        symbol = bits(of, at, of->width);
    }
    return char_of(of, symbol);
}

void app_text_open(struct app_text_reader *text, unsigned language, unsigned message)
{
    text->of = &languages[language];
    text->at = text->of->starts[message / texts_stride];
    text->waiting_count = 0;
    for (message %= texts_stride; message > 0; message--) {
        while (app_text_next(text) != 0) {
        }
    }
}
