/* SPDX-License-Identifier: MIT */
#include "ports/rp2040/flash.h"

#include <stdbool.h>
#include <string.h>

#include "ports/rp2040/cpu.h"
#include "ports/rp2040/rom.h"

#define BOOT2_WORDS 64u
#define BLOCK_SIZE  65536u
#define BLOCK_ERASE 0xd8u

#define READ_ID    0x4bu
#define ID_DUMMY   5u /* the command and four more bytes before the number */
#define ID_LEN     8u
#define SSI_DEPTH  14u
#define SSI_ROUNDS 10000u

typedef void (*rom_void)(void);
typedef void (*rom_erase)(uint32_t offset, size_t count, uint32_t block, uint8_t command);
typedef void (*rom_program)(uint32_t offset, const uint8_t *data, size_t count);

/* All of this is in RAM, where it can be read while the flash cannot. */
static struct {
    rom_void connect;  /* the flash's pins to the SSI block */
    rom_void exit_xip; /* from reading as memory to commands */
    rom_erase erase;
    rom_program program;
    rom_void flush; /* the cache */
    rom_void enter_xip;
} rom;
static uint32_t boot2[BOOT2_WORDS];
static uint8_t page[OL_RP_FLASH_PROGRAM];

int32_t ol_rp_flash_init(void)
{
    memcpy(boot2, (const void *)RP_XIP, sizeof boot2);
    rom.connect = (rom_void)ol_rp_rom_function('I', 'F');
    rom.exit_xip = (rom_void)ol_rp_rom_function('E', 'X');
    rom.erase = (rom_erase)ol_rp_rom_function('R', 'E');
    rom.program = (rom_program)ol_rp_rom_function('R', 'P');
    rom.flush = (rom_void)ol_rp_rom_function('F', 'C');
    rom.enter_xip = (rom_void)ol_rp_rom_function('C', 'X');
    bool all = rom.connect && rom.exit_xip && rom.erase && rom.program && rom.flush &&
               rom.enter_xip;
    return all ? OL_OK : OL_E_IO;
}

/* Back to reading as memory: first the slow way that always works, then the second stage's. */
static inline __attribute__((always_inline)) void restore_xip(void)
{
    rom.flush();
    rom.enter_xip();
    ((rom_void)((uintptr_t)boot2 | 1u))();
}

RP_IN_RAM("erase") static void erase_now(uint32_t offset)
{
    uint32_t mask = ol_rp_irq_off();
    rom.connect();
    rom.exit_xip();
    rom.erase(offset, OL_RP_FLASH_ERASE, BLOCK_SIZE, BLOCK_ERASE);
    restore_xip();
    ol_rp_irq_restore(mask);
}

RP_IN_RAM("program") static void program_now(uint32_t offset)
{
    uint32_t mask = ol_rp_irq_off();
    rom.connect();
    rom.exit_xip();
    rom.program(offset, page, OL_RP_FLASH_PROGRAM);
    restore_xip();
    ol_rp_irq_restore(mask);
}

/* Sends the command and takes the answer, chip select by hand around it. */
RP_IN_RAM("id") static void chip_id_now(uint8_t *answer)
{
    uint32_t sent = 0, got = 0, rounds = SSI_ROUNDS;
    uint32_t mask = ol_rp_irq_off();
    rom.connect();
    rom.exit_xip();
    RP_REG(RP_SSI_SSIENR) = 0;
    RP_REG(RP_SSI_CTRLR0) = RP_SSI_BYTES;
    RP_REG(RP_SSI_SSIENR) = 1;
    uint32_t pin = RP_REG(RP_IO_QSPI_SS_CTRL) & ~RP_IO_OUTOVER;
    RP_REG(RP_IO_QSPI_SS_CTRL) = pin | RP_IO_OUTOVER_LOW;
    while (got < ID_DUMMY + ID_LEN && rounds-- > 0) {
        uint32_t status = RP_REG(RP_SSI_SR);
        if ((status & RP_SSI_SR_TFNF) != 0 && sent < ID_DUMMY + ID_LEN &&
            sent - got < SSI_DEPTH) {
            RP_REG(RP_SSI_DR0) = sent == 0 ? READ_ID : 0;
            sent++;
        }
        if ((status & RP_SSI_SR_RFNE) != 0 && got < sent) {
            uint8_t byte = (uint8_t)RP_REG(RP_SSI_DR0);
            if (got >= ID_DUMMY) {
                answer[got - ID_DUMMY] = byte;
            }
            got++;
        }
    }
    RP_REG(RP_IO_QSPI_SS_CTRL) = pin | RP_IO_OUTOVER_HIGH;
    RP_REG(RP_IO_QSPI_SS_CTRL) = pin;
    restore_xip();
    ol_rp_irq_restore(mask);
}

int32_t ol_rp_flash_chip_id(uint8_t id[8])
{
    uint8_t answer[ID_LEN] = {0};
    uint8_t all = 0xff, any = 0;
    chip_id_now(answer);
    for (size_t i = 0; i < sizeof answer; i++) {
        all &= answer[i];
        any |= answer[i];
    }
    memcpy(id, answer, sizeof answer);
    return all == 0xff || any == 0 ? OL_E_NOENT : OL_OK;
}

static bool is_inside(const struct ol_rp_flash *region, uint32_t offset, size_t len)
{
    return offset <= region->size && len <= region->size - offset;
}

static const uint8_t *memory(const struct ol_rp_flash *region, uint32_t offset)
{
    return (const uint8_t *)(uintptr_t)(RP_XIP + region->at + offset);
}

static int32_t flash_read(void *ctx, uint32_t offset, void *buf, size_t len)
{
    const struct ol_rp_flash *region = ctx;
    if (!is_inside(region, offset, len)) {
        return OL_E_ARG;
    }
    memcpy(buf, memory(region, offset), len);
    return OL_OK;
}

static int32_t flash_program(void *ctx, uint32_t offset, const void *data, size_t len)
{
    const struct ol_rp_flash *region = ctx;
    const uint8_t *from = data;
    if (!is_inside(region, offset, len) || offset % OL_RP_FLASH_PROGRAM != 0 ||
        len % OL_RP_FLASH_PROGRAM != 0) {
        return OL_E_ARG;
    }
    for (size_t done = 0; done < len; done += sizeof page) {
        uint32_t at = offset + (uint32_t)done;
        memcpy(page, from + done, sizeof page); /* the source may be in flash */
        program_now(region->at + at);
        if (memcmp(memory(region, at), page, sizeof page) != 0) {
            return OL_E_IO;
        }
    }
    return OL_OK;
}

static int32_t flash_erase(void *ctx, uint32_t offset)
{
    const struct ol_rp_flash *region = ctx;
    if (!is_inside(region, offset, OL_RP_FLASH_ERASE) ||
        offset % OL_RP_FLASH_ERASE != 0) {
        return OL_E_ARG;
    }
    erase_now(region->at + offset);
    const uint32_t *word = (const uint32_t *)memory(region, offset);
    for (uint32_t i = 0; i < OL_RP_FLASH_ERASE / 4; i++) {
        if (word[i] != 0xffffffffu) {
            return OL_E_IO;
        }
    }
    return OL_OK;
}

struct ol_flash ol_rp_flash(struct ol_rp_flash *region)
{
    static const struct ol_flash_ops ops = {
        .read = flash_read, .program = flash_program, .erase = flash_erase};
    return (struct ol_flash){.ctx = region,
                             .ops = &ops,
                             .size = region->size,
                             .erase_size = OL_RP_FLASH_ERASE,
                             .program_size = OL_RP_FLASH_PROGRAM};
}
