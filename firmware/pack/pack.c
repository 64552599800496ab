/* SPDX-License-Identifier: MIT */
#include "firmware/pack/pack.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define NONE     0xFFFFu
#define REWRITES 4 /* each changes the code lengths, which changes the best way */

/* --- characters --------------------------------------------------------------------- */

/* The next character of valid UTF-8. */
static uint32_t take_char(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    unsigned more = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;
    uint32_t code = more ? *p & (0x3Fu >> more) : *p;
    for (unsigned i = 0; i < more; i++) {
        code = code << 6 | (*++p & 0x3Fu);
    }
    *text = (const char *)(p + 1);
    return code;
}

static uint16_t symbol_of(struct pack *k, uint32_t code)
{
    for (unsigned i = 0; i < k->count; i++) {
        if (k->symbols[i].code == code) {
            return (uint16_t)i;
        }
    }
    if (k->count == PACK_SYMBOLS) {
        return NONE;
    }
    k->symbols[k->count] = (struct pack_symbol){.code = code};
    return (uint16_t)k->count++;
}

static bool take_texts(struct pack *k, const char *const *texts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const char *p = texts[i];
        uint32_t code;
        do {
            code = take_char(&p);
            uint16_t s = symbol_of(k, code);
            if (s == NONE || k->len == PACK_LEN || code > 0xFFFF) {
                return false;
            }
            k->text[k->len++] = s;
        } while (code != 0);
    }
    k->chars = k->count;
    k->plain_len = k->len;
    memcpy(k->plain, k->text, sizeof(k->plain));
    return true;
}

/* --- pairs -------------------------------------------------------------------------- */

static bool is_end(const struct pack *k, uint16_t s)
{
    return s < k->chars && k->symbols[s].code == 0;
}

/* The most frequent two neighbours; how often they are ones. The end is in no pair. */
static unsigned find_pair(const struct pack *k, uint16_t pair[2])
{
    static uint16_t seen[PACK_SYMBOLS][PACK_SYMBOLS];
    unsigned best = 0;
    memset(seen, 0, sizeof(seen));
    for (unsigned i = 0; i + 1 < k->len; i++) {
        uint16_t a = k->text[i], b = k->text[i + 1];
        if (!is_end(k, a) && !is_end(k, b) && ++seen[a][b] > best) {
            best = seen[a][b];
            pair[0] = a;
            pair[1] = b;
        }
    }
    return best;
}

static void join(struct pack *k, const uint16_t pair[2])
{
    unsigned out = 0;
    for (unsigned i = 0; i < k->len; i++) {
        bool both = i + 1 < k->len && k->text[i] == pair[0] && k->text[i + 1] == pair[1];
        k->text[out++] = both ? (uint16_t)k->count : k->text[i];
        i += both;
    }
    k->len = out;
    k->symbols[k->count++] = (struct pack_symbol){.pair = {pair[0], pair[1]}};
}

/* How many pairs wait behind the one that is being written, at most. */
static unsigned depth_of(const struct pack *k, uint16_t s)
{
    if (s < k->chars) {
        return 0;
    }
    unsigned left = 1 + depth_of(k, k->symbols[s].pair[0]);
    unsigned right = depth_of(k, k->symbols[s].pair[1]);
    return left > right ? left : right;
}

/* --- code lengths: Huffman's -------------------------------------------------------- */

struct node {
    unsigned weight;
    uint16_t up; /* the node that it is joined into */
    bool taken;
};

static uint16_t take_lightest(struct node *nodes, unsigned count)
{
    uint16_t best = NONE;
    for (unsigned i = 0; i < count; i++) {
        if (!nodes[i].taken && nodes[i].weight > 0 &&
            (best == NONE || nodes[i].weight < nodes[best].weight)) {
            best = (uint16_t)i;
        }
    }
    if (best != NONE) {
        nodes[best].taken = true;
    }
    return best;
}

/* Gives every symbol in use its code length. Returns the bits of all texts. */
static unsigned measure(struct pack *k)
{
    struct node nodes[2 * PACK_SYMBOLS] = {{0}};
    unsigned count = k->count, bits = 0;
    for (unsigned i = 0; i < k->len; i++) {
        nodes[k->text[i]].weight++;
    }
    for (;;) {
        uint16_t a = take_lightest(nodes, count), b = take_lightest(nodes, count);
        if (b == NONE) {
            break;
        }
        nodes[count].weight = nodes[a].weight + nodes[b].weight;
        nodes[a].up = nodes[b].up = (uint16_t)count++;
    }
    for (unsigned i = 0; i < k->count; i++) {
        unsigned len = 0;
        for (unsigned at = i; nodes[at].up != 0; at = nodes[at].up) {
            len++;
        }
        k->symbols[i].len = (uint8_t)len;
        bits += len * nodes[i].weight;
    }
    return bits;
}

static unsigned bits_for(unsigned count)
{
    unsigned bits = 0;
    while (1u << bits < count) {
        bits++;
    }
    return bits;
}

/* Joins pairs up to `limit` symbols, or as long as there are any. Returns the number of
 * symbols with which texts and pairs together are shortest. */
static unsigned join_pairs(struct pack *k, unsigned limit)
{
    uint16_t pair[2];
    unsigned best = k->count, best_bits = measure(k);
    while (k->count < limit && find_pair(k, pair) > 2) {
        join(k, pair);
        unsigned bits = measure(k) + (k->count - k->chars) * 2 * bits_for(k->count);
        if (bits < best_bits) {
            best_bits = bits;
            best = k->count;
        }
    }
    return best;
}

/* --- the shortest way to write a text --------------------------------------------- */

/* The characters of a symbol from `at` on, all of them those of the text there. Returns how many;
 * 0: it is another text. */
static unsigned match(const struct pack *k, uint16_t s, unsigned at)
{
    if (s < k->chars) {
        return k->plain[at] == s;
    }
    unsigned left = match(k, k->symbols[s].pair[0], at);
    unsigned right = left > 0 ? match(k, k->symbols[s].pair[1], at + left) : 0;
    return right > 0 ? left + right : 0;
}

/* Writes the texts anew with the symbols that there are, in the fewest bits by their code lengths:
 * for each place, the best way to the end from there. */
static void rewrite(struct pack *k)
{
    static unsigned bits[PACK_LEN + 1];
    static uint16_t step[PACK_LEN];
    bits[k->plain_len] = 0;
    for (unsigned at = k->plain_len; at-- > 0;) {
        bits[at] = UINT_MAX;
        for (unsigned s = 0; s < k->count; s++) {
            unsigned len = match(k, (uint16_t)s, at);
            unsigned cost = k->symbols[s].len > 0 ? k->symbols[s].len : PACK_BITS;
            if (len > 0 && bits[at + len] + cost < bits[at]) {
                bits[at] = bits[at + len] + cost;
                step[at] = (uint16_t)s;
            }
        }
    }
    k->len = 0;
    for (unsigned at = 0; at < k->plain_len; at += match(k, step[at], at)) {
        k->text[k->len++] = step[at];
    }
}

/* --- order: by code length, characters before pairs, as the decoder numbers them ----- */

static const struct pack *sorted;

static int compare(const void *a, const void *b)
{
    uint16_t m = *(const uint16_t *)a, n = *(const uint16_t *)b;
    bool m_pair = m >= sorted->chars, n_pair = n >= sorted->chars;
    if (m_pair != n_pair) {
        return m_pair - n_pair;
    }
    int d = sorted->symbols[m].len - sorted->symbols[n].len;
    return d != 0 ? d : (int)m - (int)n;
}

static void sort(struct pack *k)
{
    static struct pack old;
    uint16_t order[PACK_SYMBOLS], place[PACK_SYMBOLS];
    for (unsigned i = 0; i < k->count; i++) {
        order[i] = (uint16_t)i;
    }
    old = *k;
    sorted = &old;
    qsort(order, k->count, sizeof(order[0]), compare);
    for (unsigned i = 0; i < k->count; i++) {
        place[order[i]] = (uint16_t)i;
    }
    for (unsigned i = 0; i < k->count; i++) {
        struct pack_symbol s = old.symbols[order[i]];
        s.pair[0] = place[s.pair[0]];
        s.pair[1] = place[s.pair[1]];
        k->symbols[i] = s;
        k->lens[s.len][i >= k->chars]++;
    }
    for (unsigned i = 0; i < k->len; i++) {
        k->text[i] = place[k->text[i]];
    }
}

/* Canonical: the codes of a length follow each other, characters first. */
static void give_codes(struct pack *k)
{
    unsigned next = 0;
    for (unsigned len = 1; len <= PACK_BITS; len++) {
        next <<= 1;
        for (unsigned half = 0; half < 2; half++) {
            for (unsigned i = 0; i < k->count; i++) {
                if (k->symbols[i].len == len && (i >= k->chars) == half) {
                    k->symbols[i].bits = (uint16_t)next++;
                }
            }
        }
    }
}

/* --- bits --------------------------------------------------------------------------- */

static void put(struct pack *k, unsigned value, unsigned len)
{
    while (len-- > 0 && k->out_bits < 8 * sizeof(k->out)) {
        k->out[k->out_bits / 8] |= (uint8_t)((value >> len & 1) << (7 - k->out_bits % 8));
        k->out_bits++;
    }
}

static void write(struct pack *k)
{
    unsigned message = 0;
    k->width = bits_for(k->count);
    for (unsigned i = 0; i < k->chars; i++) {
        uint32_t code = k->symbols[i].code;
        k->char_width =
            bits_for(code + 1) > k->char_width ? bits_for(code + 1) : k->char_width;
    }
    for (unsigned i = 0; i < k->chars; i++) {
        put(k, k->symbols[i].code, k->char_width);
    }
    for (unsigned i = k->chars; i < k->count; i++) {
        put(k, k->symbols[i].pair[0], k->width);
        put(k, k->symbols[i].pair[1], k->width);
    }
    bool begins = true;
    for (unsigned i = 0; i < k->len; i++) {
        if (begins && message++ % PACK_STRIDE == 0) {
            k->starts[k->start_count++] = k->out_bits;
        }
        const struct pack_symbol *s = &k->symbols[k->text[i]];
        put(k, s->bits, s->len);
        begins = is_end(k, k->text[i]);
    }
}

bool pack_texts(struct pack *k, const char *const *texts, unsigned count)
{
    memset(k, 0, sizeof(*k));
    if (!take_texts(k, texts, count)) {
        return false;
    }
    unsigned limit = join_pairs(k, PACK_SYMBOLS);
    memset(k, 0, sizeof(*k));
    (void)take_texts(k, texts, count);
    (void)join_pairs(k, limit);
    for (unsigned i = 0; i < REWRITES; i++) {
        rewrite(k);
        (void)measure(k);
    }
    for (unsigned i = 0; i < k->count; i++) {
        unsigned depth = depth_of(k, (uint16_t)i);
        k->depth = depth > k->depth ? depth : k->depth;
        if (k->symbols[i].len > PACK_BITS) {
            return false;
        }
    }
    sort(k);
    give_codes(k);
    write(k);
    for (unsigned i = 0; i <= PACK_BITS; i++) {
        if (k->lens[i][0] > UINT8_MAX || k->lens[i][1] > UINT8_MAX) {
            return false;
        }
    }
    return k->out_bits < 8 * sizeof(k->out);
}
