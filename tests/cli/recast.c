/* Writes a capture in another file format: recast FORMAT <IN >OUT. The input is a little-endian microsecond pcap of
 * Ethernet frames, as the shipped captures are; the output says the same in other words. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ETHERNET = 1, RAW = 101, SLL = 113, FRAME_MAX = 262144, ETHER_HEAD = 14 };

static const struct format {
    const char *name;
    bool big, ns, ng, multi;
} formats[] = {
    {.name = "pcap-big", .big = true},
    {.name = "pcap-ns", .ns = true},
    {.name = "pcapng", .ng = true},
    {.name = "pcapng-big-ns", .big = true, .ns = true, .ng = true},
    {.name = "pcapng-links", .ng = true, .multi = true}, /* frame by frame: Ethernet, raw IP, Linux cooked */
};

static const struct format *format;

static void put(uint64_t x, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        putchar((int)(x >> 8 * (format->big ? bytes - 1 - i : i) & 0xff));
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void put_pcap_header(void)
{
    put(format->ns ? 0xa1b23c4d : 0xa1b2c3d4, 4);
    put(2, 2);
    put(4, 2);
    put(0, 8);
    put(FRAME_MAX, 4);
    put(ETHERNET, 4);
}

static void put_interface(unsigned link)
{
    put(1, 4);
    put(28, 4);
    put(link, 2);
    put(0, 2);
    put(FRAME_MAX, 4);
    put(9, 2); /* if_tsresol */
    put(1, 2);
    putchar(format->ns ? 9 : 6);
    fwrite("\0\0\0", 1, 3, stdout);
    put(28, 4);
}

static void put_pcapng_header(void)
{
    put(0x0a0d0d0a, 4);
    put(28, 4);
    put(0x1a2b3c4d, 4);
    put(1, 2);
    put(0, 2);
    put(UINT64_MAX, 8);
    put(28, 4);
    put_interface(ETHERNET);
    if (format->multi) {
        put_interface(RAW);
        put_interface(SLL);
    }
}

static void put_frame(unsigned iface, uint64_t us, const uint8_t *data, uint32_t n, uint32_t len)
{
    uint64_t ticks = format->ns ? us * 1000 : us, per_second = format->ns ? 1000000000 : 1000000;
    if (format->ng) {
        uint32_t padded = (n + 3) & ~3u;
        put(6, 4);
        put(32 + padded, 4);
        put(iface, 4);
        put(ticks >> 32, 4);
        put(ticks & 0xffffffff, 4);
        put(n, 4);
        put(len, 4);
        fwrite(data, 1, n, stdout);
        fwrite("\0\0\0", 1, padded - n, stdout);
        put(32 + padded, 4);
    } else {
        put(ticks / per_second, 4);
        put(ticks % per_second, 4);
        put(n, 4);
        put(len, 4);
        fwrite(data, 1, n, stdout);
    }
}

/* The frame with another link header; only IP can do without Ethernet's. */
static void put_recast(uint64_t number, uint64_t us, uint8_t *data, uint32_t n, uint32_t len)
{
    unsigned iface = format->multi ? (unsigned)(number % 3) : 0;
    bool ip = n > ETHER_HEAD && ((data[12] == 8 && data[13] == 0) || (data[12] == 0x86 && data[13] == 0xdd));
    if (iface == 0 || !ip) {
        put_frame(0, us, data, n, len);
    } else if (iface == 1) {
        put_frame(1, us, data + ETHER_HEAD, n - ETHER_HEAD, len - ETHER_HEAD);
    } else {
        /* LINKTYPE_LINUX_SLL: packet type, ARPHRD, address length, 8 bytes of address, EtherType. */
        uint8_t head[16] = {0, 0, 0, 1, 0, 6};
        memcpy(head + 6, data + 6, 6);
        memcpy(head + 14, data + 12, 2);
        memmove(data + 2, data, n); /* main() leaves room behind */
        memcpy(data, head, sizeof head);
        put_frame(2, us, data, n + 2, len + 2);
    }
}

int main(int argc, char **argv)
{
    static uint8_t data[FRAME_MAX + 2];
    uint8_t head[24];
    for (size_t i = 0; argc == 2 && i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(argv[1], formats[i].name))
            format = &formats[i];
    if (!format || fread(head, 1, 24, stdin) != 24 || get32(head) != 0xa1b2c3d4 || get32(head + 20) != ETHERNET) {
        fprintf(stderr, "recast FORMAT <IN >OUT, IN being a microsecond pcap of Ethernet frames\n");
        return 1;
    }
    if (format->ng)
        put_pcapng_header();
    else
        put_pcap_header();
    for (uint64_t number = 0; fread(head, 1, 16, stdin) == 16; number++) {
        uint32_t n = get32(head + 8);
        if (n > FRAME_MAX || fread(data, 1, n, stdin) != n)
            return 1;
        put_recast(number, (uint64_t)get32(head) * 1000000 + get32(head + 4), data, n, get32(head + 12));
    }
    return fflush(stdout) || ferror(stdout);
}
