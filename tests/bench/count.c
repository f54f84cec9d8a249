/* The reference that speed is measured against: reads a capture with libpcap and only counts its packets. */
#include <inttypes.h>
#include <pcap.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], error) : NULL;
    if (!p) {
        fprintf(stderr, "count: %s\n", argc == 2 ? error : "usage: count FILE");
        return 1;
    }
    uint64_t packets = 0, bytes = 0;
    struct pcap_pkthdr *h;
    const u_char *data;
    int rc;
    while ((rc = pcap_next_ex(p, &h, &data)) == 1) {
        packets++;
        bytes += h->len;
    }
    if (rc != PCAP_ERROR_BREAK)
        pcap_perror(p, "count");
    pcap_close(p);
    printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", packets, bytes);
    return rc == PCAP_ERROR_BREAK ? 0 : 2;
}
