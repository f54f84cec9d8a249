/* version.c - `voipqos --version`: the program's version, and of everything that its results depend on. */
#include "app/app.h"
#include "app/plots.h"
#include "app/source_pcap.h"
#include "app/unpack.h"
#include "app/wav_codec.h"

#include <voipqos/version.h>

#include <stdio.h>

/* libosip2 tells its version to pkg-config only, so the build passes it on. */
#ifndef VQ_BUILD_OSIP2
#define VQ_BUILD_OSIP2 "(version not recorded)"
#endif
#ifndef VQ_BUILD_JANSSON
#define VQ_BUILD_JANSSON "(version not recorded)"
#endif

void print_version(void)
{
    char text[64];
    const char *gnuplot = gnuplot_version(text), *spandsp = wav_spandsp_version(), *opus = wav_opus_version();
    printf("voipqos %s, report schema %s\n", VQ_VERSION, VQ_REPORT_SCHEMA);
    printf("%s\n", libpcap_version());
    printf("libosip2 %s\n", VQ_BUILD_OSIP2);
    printf("jansson %s\n", VQ_BUILD_JANSSON);
    printf("zlib %s\n", unpack_gzip.version());
    printf("libzstd %s\n", unpack_zstd.version());
    printf("OpenSSL %s\n", vq_openssl_version());
    printf("%s%s\n", spandsp ? "spandsp " : "no spandsp", spandsp ? spandsp : ": no G.722, G.726 and GSM for --wav");
    printf("%s\n", opus ? opus : "no libopus: no Opus for --wav");
    printf("%s\n", gnuplot ? gnuplot : "gnuplot not found: plots are written as data and scripts only");
}
