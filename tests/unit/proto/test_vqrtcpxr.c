/* test_vqrtcpxr.c - bodies of RFC 6035: its own example, what phones send, what nobody should. */
#include "support/check.h"

#include <stdio.h>

#include "proto/vqrtcpxr.h"
#include "support/guard.h"

/* The end-of-session report of RFC 6035 4.7.3; addresses are those for documentation. */
static const char rfc6035[] =
    "VQSessionReport: CallTerm\r\n"
    "CallID: 6dg37f1890463\r\n"
    "LocalID: Alice <sip:alice@example.org>\r\n"
    "RemoteID: Bill <sip:bill@example.net>\r\n"
    "OrigID: Alice <sip:alice@example.org>\r\n"
    "LocalGroup: example-phone-55671\r\n"
    "RemoteGroup: example-gateway-09871\r\n"
    "LocalAddr: IP=192.0.2.100 PORT=5000 SSRC=1a3b5c7d\r\n"
    "LocalMAC: 00:1f:5b:cc:21:0f\r\n"
    "RemoteAddr:IP=198.51.100.150 PORT=5002 SSRC=0x2468abcd\r\n"
    "RemoteMAC: 00:26:08:8e:95:02\r\n"
    "LocalMetrics:\r\n"
    "Timestamps:START=2004-10-10T18:23:43Z STOP=2004-10-01T18:26:02Z\r\n"
    "SessionDesc:PT=18 PD=G729 SR=8000 FD=20 FO=20 FPP=2 PPS=50\r\n"
    "                FMTP=\"annexb=no\" PLC=3 SSUP=on\r\n"
    "JitterBuffer:JBA=3 JBR=2 JBN=40 JBM=80 JBX=120\r\n"
    "PacketLoss:NLR=5.0 JDR=2.0\r\n"
    "BurstGapLoss:BLD=0 BD=0 GLD=2.0 GD=500 GMIN=16\r\n"
    "Delay:RTD=200 ESD=140 SOWD=200 IAJ=2 MAJ=10\r\n"
    "Signal:SL=-21 NL=-50 RERL=55\r\n"
    "QualityEst:RLQ=90 RCQ=85 EXTRI=90 MOSLQ=4.2 MOSCQ=4.3\r\n"
    "  QoEEstAlg=P.564\r\n"
    "RemoteMetrics:\r\n"
    "Timestamps:START=2004-10-10T18:23:43Z STOP=2004-10-01T18:26:02Z\r\n"
    "SessionDesc:PT=18 PD=G729 SR=8000 FD=20 FO=20 FPP=2 PPS=50\r\n"
    "                FMTP=\"annexb=no\" PLC=3 SSUP=on\r\n"
    "JitterBuffer:JBA=3 JBR=2 JBN=40 JBM=80 JBX=120\r\n"
    "PacketLoss:NLR=5.0 JDR=2.0\r\n"
    "BurstGapLoss:BLD=0 BD=0 GLD=2.0 GD=500 GMIN=16\r\n"
    "Delay:RTD=200 ESD=140 SOWD=200 IAJ=2 MAJ=10\r\n"
    "Signal:SL=-21 NL=-45 RERL=55\r\n"
    "QualityEst:RLQ=90 RCQ=85 MOSLQ=4.3 MOSCQ=4.2 QoEEstAlg=P.564\r\n"
    "DialogID:1890463548@alice.example.org;to-tag=8472761;\r\n"
    "   from-tag=9123dh311\r\n";

static struct vq_slice of(const char *z)
{
    return vq_slice(z, strlen(z));
}

static void assert_text(struct vq_slice s, const char *z)
{
    assert_int_equal(s.n, strlen(z));
    assert_memory_equal(s.p, z, s.n);
}

static void assert_endpoint(const struct vq_endpoint *e, const char *z)
{
    char text[VQ_ENDPOINT_TEXT];
    assert_string_equal(vq_endpoint_text(e, text), z);
}

static void reads_the_rfcs_example(void **state)
{
    static const struct {
        enum vq_quality_field field;
        double local, remote;
    } rows[] = {
        {VQ_Q_LOSS_PCT, 5, 5},           {VQ_Q_DISCARD_PCT, 2, 2},       {VQ_Q_BURST_DENSITY_PCT, 0, 0}, {VQ_Q_BURST_MS, 0, 0},
        {VQ_Q_GAP_DENSITY_PCT, 2, 2},    {VQ_Q_GAP_MS, 500, 500},        {VQ_Q_GMIN, 16, 16},
        {VQ_Q_ROUND_TRIP_MS, 200, 200},  {VQ_Q_END_SYSTEM_MS, 140, 140}, {VQ_Q_ONE_WAY_MS, 200, 200},    {VQ_Q_JITTER_MS, 2, 2},
        {VQ_Q_JITTER_MAX_MS, 10, 10},    {VQ_Q_SIGNAL_DBM0, -21, -21},   {VQ_Q_NOISE_DBM0, -50, -45},    {VQ_Q_RERL_DB, 55, 55},
        {VQ_Q_BUFFER_NOMINAL_MS, 40, 40}, {VQ_Q_BUFFER_MAX_MS, 80, 80},  {VQ_Q_BUFFER_ABS_MAX_MS, 120, 120},
        {VQ_Q_R_LQ, 90, 90},             {VQ_Q_R_CQ, 85, 85},            {VQ_Q_MOS_LQ, 4.2, 4.3},        {VQ_Q_MOS_CQ, 4.3, 4.2},
    };
    (void)state;
    struct vq_vqreport r;
    assert_true(vq_vqreport_read(of(rfc6035), &r));
    assert_int_equal(r.kind, VQ_QUALITY_SESSION);
    assert_text(r.call_id, "6dg37f1890463");
    assert_true(r.has_local && r.has_remote);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_close(r.local.v[rows[i].field], rows[i].local, 1e-9);
        assert_close(r.remote.v[rows[i].field], rows[i].remote, 1e-9);
    }
    assert_close(r.local.v[VQ_Q_EXT_R_IN], 90, 0);
    assert_true(isnan(r.remote.v[VQ_Q_EXT_R_IN]));
    assert_text(r.local.codec, "G729");
    assert_endpoint(&r.local.local, "192.0.2.100:5000");
    assert_endpoint(&r.local.remote, "198.51.100.150:5002");
    assert_endpoint(&r.remote.local, "198.51.100.150:5002"); /* seen from the peer */
    assert_int_equal(r.local.local_ssrc.hex, 0x1a3b5c7d);
    assert_int_equal(r.local.remote_ssrc.hex, 0x2468abcd);
    assert_int_equal(r.remote.local_ssrc.hex, 0x2468abcd);
}

/* Snom and Gigaset put everything behind LocalMetrics; AudioCodes begins with "CallID=" and breaks lines. */
static void reads_what_phones_send(void **state)
{
    (void)state;
    struct vq_vqreport r;
    assert_true(vq_vqreport_read(of("VQSessionReport\nLocalMetrics:\nTimestamps:START=2010-02-17T13:59:42Z STOP=2010-02-17T13:59:46Z\n"
                                    "SessionDesc:PT=0 PD=G.711U PPS=50 SSUP=off\nCallID:3c26a8de500f-12ct7zov3kjs\n"
                                    "x-UserAgent:snom360/8.2.sf\nFromID:<sip:446@a>\nToID:<sip:447@a;user=phone>\n"
                                    "LocalAddr:IP=192.168.5.251 PORT=62754 SSRC=0xCBE3450E\n"
                                    "RemoteAddr:IP=192.168.0.233 PORT=54018 SSRC=0xB80B52F3\n"
                                    "DialogID:3c26a8de500f-12ct7zov3kjs;to-tag=866ed0cf03;from-tag=45hkui59ns\n"
                                    "JitterBuffer:JBA=0 JBR=0 JBN=0 JBM=0 JBX=65535\nPacketLoss:NLR=1.5 JDR=0.0\n"
                                    "Delay:RTD=0 ESD=0 IAJ=4\nRemoteMetrics:\nPacketLoss:NLR=0.0 JDR=0.0\nDelay:RTD=0 ESD=0 IAJ=2\n"),
                                 &r));
    assert_text(r.call_id, "3c26a8de500f-12ct7zov3kjs");
    assert_endpoint(&r.local.local, "192.168.5.251:62754");
    assert_endpoint(&r.remote.local, "192.168.0.233:54018");
    assert_int_equal(r.local.remote_ssrc.hex, 0xb80b52f3);
    assert_close(r.local.v[VQ_Q_LOSS_PCT], 1.5, 1e-9);
    assert_close(r.local.v[VQ_Q_JITTER_MS], 4, 0);
    assert_close(r.remote.v[VQ_Q_JITTER_MS], 2, 0);
    assert_true(isnan(r.local.v[VQ_Q_ROUND_TRIP_MS])); /* 0: not measured, RFC 3611 4.7 */
    assert_true(isnan(r.local.v[VQ_Q_BUFFER_ABS_MAX_MS]));

    assert_true(vq_vqreport_read(of("VQIntervalReport\r\nCallID=20328634741612201520943@172.17.116.201\r\n"
                                    "LocalAddr: IP=172.17.116.201 Port=6000 SSRC=1422273043\r\n"
                                    "RemoteAddr: IP=172.17.116.202 Port=6000 SSRC=0x243220dd\r\nLocalMetrics: \r\n"
                                    "QualityEst: RLQ=93 RCQ=127 MOSLQ=4.1 \r\nMOSCQ=12.7 \r\n"),
                                 &r));
    assert_int_equal(r.kind, VQ_QUALITY_INTERVAL);
    assert_text(r.call_id, "20328634741612201520943@172.17.116.201");
    assert_close(r.local.v[VQ_Q_R_LQ], 93, 0);
    assert_close(r.local.v[VQ_Q_MOS_LQ], 4.1, 1e-9);
    assert_true(isnan(r.local.v[VQ_Q_R_CQ]) && isnan(r.local.v[VQ_Q_MOS_CQ])); /* unavailable */
    assert_false(r.has_remote);
    assert_int_equal(r.local.local_ssrc.dec, 1422273043);
    assert_int_equal(r.local.local.port, 6000);
}

static void refuses_what_tells_nothing(void **state)
{
    static const char *const rows[] = {
        "", "\r\n\r\n", "VQSessionReport: CallTerm\r\n", "VQSessionReport\nCallID:x\nLocalMetrics:\nPacketLoss:NLR= JDR=x\n",
        "Subject: NLR=5.0\n", "LocalMetrics:\nPacketLoss:NLR=5.0\n", "VQSessionReport\nLocalMetrics:\nQualityEst:MOSLQ=9 RLQ=500\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_vqreport r;
        assert_false(vq_vqreport_read(of(rows[i]), &r));
    }
}

static void reads_no_byte_too_many(void **state)
{
    (void)state;
    struct vq_guard g;
    bool was = false;
    guard_init(&g, sizeof rfc6035);
    for (size_t n = 0; n < sizeof rfc6035; n++) {
        struct vq_vqreport r;
        bool is = vq_vqreport_read(vq_slice(guard_put(&g, rfc6035, n), n), &r);
        assert_true(is || !was); /* more of it never tells less */
        was = is;
    }
    assert_true(was);
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_rfcs_example),
        cmocka_unit_test(reads_what_phones_send),
        cmocka_unit_test(refuses_what_tells_nothing),
        cmocka_unit_test(reads_no_byte_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
