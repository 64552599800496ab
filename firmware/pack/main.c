/* SPDX-License-Identifier: MIT */
/* Writes the texts of firmware/app/messages.h, packed, as C tables. usage: pack FILE */
#include <stdio.h>

#include "firmware/pack/pack.h"

static const char *const english[] = {
#define APP_MESSAGE(id, en, zh) en,
#include "firmware/app/messages.h"
#undef APP_MESSAGE
};

static const char *const chinese[] = {
#define APP_MESSAGE(id, en, zh) zh,
#include "firmware/app/messages.h"
#undef APP_MESSAGE
};

static void put_number(FILE *out, unsigned count, unsigned n)
{
    fprintf(out, "%s%u,", count % 16 == 0 ? "\n    " : " ", n);
}

static void put_language(FILE *out, const char *name, const struct pack *k)
{
    fprintf(out, "static const uint8_t %s_bits[] = {", name);
    for (unsigned i = 0; i < (k->out_bits + 7) / 8; i++) {
        put_number(out, i, k->out[i]);
    }
    fprintf(out, "\n};\nstatic const uint16_t %s_starts[] = {", name);
    for (unsigned i = 0; i < k->start_count; i++) {
        put_number(out, i, k->starts[i]);
    }
    fprintf(out, "\n};\nstatic const uint8_t %s_lens[][2] = {\n    ", name);
    for (unsigned i = 0; i <= PACK_BITS; i++) {
        fprintf(out, "{%u, %u},", k->lens[i][0], k->lens[i][1]);
    }
    fprintf(out, "\n};\nenum {\n");
    fprintf(out, "    %s_chars = %u,\n", name, k->chars);
    fprintf(out, "    %s_char_width = %u,\n", name, k->char_width);
    fprintf(out, "    %s_width = %u,\n", name, k->width);
    fprintf(out, "    %s_depth = %u\n};\n\n", name, k->depth);
}

int main(int argc, char **argv)
{
    static struct pack k;
    const unsigned count = sizeof(english) / sizeof(english[0]);
    FILE *out = argc == 2 ? fopen(argv[1], "w") : NULL;
    if (!out) {
        fprintf(stderr, "usage: pack FILE\n");
        return 2;
    }
    fprintf(out, "enum { texts_stride = %u };\n\n", PACK_STRIDE);
    for (int i = 0; i < 2; i++) {
        if (!pack_texts(&k, i == 0 ? english : chinese, count)) {
            fprintf(stderr, "the texts do not fit firmware/pack/pack.h\n");
            return 1;
        }
        put_language(out, i == 0 ? "english" : "chinese", &k);
    }
    return fclose(out) == 0 ? 0 : 1;
}
