/* rules_capture.c - rules about the capture itself: what it lost, what could not be read, its clock. */
#include "metrics/rules.h"

RULE(snap, f->snap_cut > 0, "%llu %s cut short by the capture's snap length.", COUNTED(f->snap_cut, "frame", "frames"))
/* Capture engines put frames of several queues together within microseconds: only more than that is worth a word. */
RULE(backwards, f->backwards_ms > 1,
     "Time runs backwards at %llu %s, by %s at most; they are analysed in the order of the file.",
     COUNTED(f->backwards, "frame", "frames"), SPAN(f->backwards_ms / 1000))
RULE(fragments, f->fragments > 0, "%llu IP %s could not be put together: other parts of their packets are missing.",
     COUNTED(f->fragments, "fragment", "fragments"))
RULE(bad_sip, f->bad_sip > 0, "%llu %s of what looks like SIP, of which no message could be made.", COUNTED(f->bad_sip, "packet", "packets"))
RULE(tcp_gaps, f->tcp_gaps > 0, "%llu %s in TCP connections with SIP: what was sent there is missing from the report.",
     COUNTED(f->tcp_gaps, "gap", "gaps"))
RULE(tls, f->tls > 0 && !f->keylog, "%llu TLS %s could not be read: SIP on port 5061 is encrypted.", COUNTED(f->tls, "connection", "connections"))

/* With keys at hand: why they did not help, unless all there is are other services' connections beside those with SIP. */
static uint64_t tls_wanted(const struct vq_facts *f)
{
    uint64_t n = 0;
    for (unsigned i = VQ_TLS_READABLE + 1; f->keylog && i < VQ_TLS_FAULTS; i++)
        if (i != VQ_TLS_KEY_MISSING || f->tls || !f->tls_decrypted)
            n += f->tls_unread[i];
    return n;
}

static const char *tls_reasons(const struct vq_facts *f, char text[180])
{
    static const char *const words[VQ_TLS_FAULTS] = {
        [VQ_TLS_NO_KEYLOG] = "came before the keys", [VQ_TLS_KEY_MISSING] = "not in the key log",
        [VQ_TLS_NOT_FROM_START] = "began before the capture", [VQ_TLS_SUITE] = "with a cipher not read here",
        [VQ_TLS_HOLE] = "with packets missing", [VQ_TLS_DAMAGED] = "damaged or with a wrong key",
    };
    size_t at = 0;
    text[0] = '\0';
    for (unsigned i = VQ_TLS_READABLE + 1; i < VQ_TLS_FAULTS && at < 180; i++)
        if (f->tls_unread[i])
            at += (size_t)snprintf(text + at, 180 - at, "%s%llu %s", at ? ", " : "", (unsigned long long)f->tls_unread[i],
                                   words[i]);
    if (f->tls_unread[VQ_TLS_SUITE] && at < 180)
        snprintf(text + at, 180 - at, " (0x%04x)", f->tls_suite);
    return text;
}
RULE(tls_keys, tls_wanted(f) > 0, "TLS connections that could not be read in spite of keys: %s.",
     tls_reasons(f, (char[180]){0}))
RULE(clock_steps, f->clock_steps > 0,
     "The capturing machine's clock was set %s, at frame %llu by %+.3f s: streams go on there as if nothing had been. "
     "Times and durations across it are wrong.", TIMES(f->clock_steps),
     (unsigned long long)f->clock_step_frame, f->clock_step_ms / 1000)
RULE(no_memory, f->no_memory > 0, "%llu %s not followed up for want of memory.", COUNTED(f->no_memory, "packet", "packets"))
RULE(evicted, f->evicted > 0, "%llu %s (call, stream or flow) let go because a table was full.", COUNTED(f->evicted, "object", "objects"))

RULE(holes, f->holes > 0,
     "All streams (up to %u) have a hole at the same moment, %s: the capture lost packets there, or all of them share a link "
     "that failed.", f->hole_streams, TIMES(f->holes))
static uint64_t frame_of_hole(const struct vq_facts *f)
{
    return f->hole_frame;
}

RULE(no_sip, f->streams_without_sip > 0, "There is no SIP in the capture: its %llu %s no call that is known.",
     COUNTED(f->streams_without_sip, "stream belongs to", "streams belong to"))

/* 0.1 %: this project's own, a tenth of what a voice network may lose. */
static bool many_drops(const struct vq_facts *f)
{
    return (double)f->kernel_dropped > 0.001 * (double)(f->frames + f->kernel_dropped);
}

static bool explain_losses(const struct vq_facts *f)
{
    return f->kernel_dropped > 0 && f->lost_of_all > 0 && f->kernel_dropped * 2 >= f->lost_of_all;
}

static const char *missing(const struct vq_facts *f, char text[80])
{
    text[0] = '\0';
    if (f->lost_of_all)
        snprintf(text, 80, " The %llu %s that streams miss may be among them.", COUNTED(f->lost_of_all, "packet", "packets"));
    return text;
}
#define DROPS_WORDS \
    "The capture itself is lossy: the capturing machine dropped %llu %s (%.3g %%) before they could be kept.%s"
#define DROPS \
    COUNTED(f->kernel_dropped, "packet", "packets"), \
        100 * (double)f->kernel_dropped / (double)(f->frames + f->kernel_dropped), missing(f, (char[80]){0})
RULE(drops, many_drops(f), DROPS_WORDS, DROPS)
RULE(drops_few, !many_drops(f) && explain_losses(f), DROPS_WORDS, DROPS)
RULE(drops_harmless, f->kernel_dropped > 0 && !many_drops(f) && !explain_losses(f), DROPS_WORDS, DROPS)
#define DROPS_NEXT \
    "Capture again with a larger buffer (tcpdump -B, dumpcap -B), a filter or a snap length, before looking for loss in the network."

static const struct vq_rule capture[] = {
    ROW("capture-drops", drops, CAPTURE, ERROR, DROPS_NEXT),
    ROW("capture-drops", drops_few, CAPTURE, WARNING, DROPS_NEXT),
    ROW("capture-drops", drops_harmless, CAPTURE, INFO, DROPS_NEXT),
    ROW_AT("capture-holes", holes, CAPTURE, WARNING, "Did the capturing machine drop packets (its counter of kernel drops)? If not, look at the link that all calls share.", frame_of_hole),
    ROW("capture-no-memory", no_memory, CAPTURE, ERROR, "Give the machine more memory or lower the --max options."),
    ROW("capture-evicted", evicted, CAPTURE, WARNING, "Raise --max-calls, --max-streams or --max-flows."),
    ROW("capture-snap", snap, CAPTURE, INFO, "Capture with a larger snap length (tcpdump -s 0)."),
    ROW("capture-backwards", backwards, CAPTURE, WARNING, "Sort the file by time (reordercap), or check the capturing machine's clock."),
    ROW("capture-clock-step", clock_steps, CAPTURE, WARNING, "Let NTP slew the capturing machine's clock (chrony without makestep), and do not suspend it."),
    ROW("capture-fragments", fragments, CAPTURE, WARNING, "Does a capture filter (udp port 5060) or a firewall drop the later fragments? Large SIP messages travel in them."),
    ROW("capture-bad-sip", bad_sip, CAPTURE, INFO, "Look at these packets in Wireshark."),
    ROW("capture-tcp-gaps", tcp_gaps, CAPTURE, WARNING, "Did the capture drop packets, or cut them short (tcpdump -s 0)?"),
    ROW("capture-no-sip", no_sip, CAPTURE, INFO, "Capture the SIP signalling too, from before the calls."),
    ROW("capture-tls", tls, CAPTURE, INFO, "Give the TLS keys of phone or server (--keylog FILE), or capture where SIP is not encrypted."),
    ROW("capture-tls-keys", tls_keys, CAPTURE, WARNING, "Write the key log (SSLKEYLOGFILE) on one end of these connections, and start both before they begin."),
};
const struct vq_rules vq_rules_capture = {capture, sizeof capture / sizeof *capture};
