/* test_rtpstat.c - statistics headers as the vendors write them. */
#include "support/check.h"

#include "proto/rtpstat.h"
#include "proto/sip_impl.h"
#include "support/guard.h"

#define N (double)NAN
#define UNIT "the sender's unit of jitter is not known"

static struct vq_slice of(const char *z)
{
    return vq_slice(z, strlen(z));
}

static void assert_same(double a, double b)
{
    assert_true((isnan(a) && isnan(b)) || fabs(a - b) < 1e-6);
}

static void reads_each_vendors(void **state)
{
    static const struct {
        const char *name, *value;
        double sent, received, lost, peer_lost, discarded, jitter_ms, mos;
        const char *codec, *why;
        uint16_t local, remote;
    } rows[] = {
        /* baresip 1.0: jitter in timestamp units, the clock beside the codec */
        {"X-RTP-Stat", "EX=BareSip;CS=0;CD=16;PR=759;PS=801;PL=36,33;PD=0,0;JI=22.0,34.0;IP=0.0.0.0:16410,10.71.0.12:7078;"
                       "EN=PCMU/8000;DE=PCMU/8000", 801, 759, 36, 33, 0, 2.75, N, "PCMU", NULL, 16410, 7078},
        /* AVM; in which unit the jitter is, is not known */
        {"x-rtp-stat", "CS=0;PS=1433;ES=1525;OS=229280;SP=0/0;SO=0;QS=-;PR=1522;ER=1525;OR=243520;CR=0;SR=0;QR=-;PL=0,7;BL=0;"
                       "LS=0;RB=0/0;SB=-/-;EN=PCMA,FAX;DE=PCMA;JI=23,2;DL=20,20,21;IP=83.138.49.179:7082,102.183.157.163:25132",
         1433, 1522, 0, 7, N, N, N, "PCMA", UNIT, 7082, 25132},
        /* AudioCodes: milliseconds */
        {"X-RTP-Stat", "PS=207;OS=49680;;PR=314;OR=50240;PL=0;JI=600;LA=40;", 207, 314, 0, N, N, 600, N, "", NULL, 0, 0},
        {"X-RTP-Stat", "MOS=3.8;Jitter=7;PacketLossPct=0;RTT=260682;RTPStat=RTP: 258452 bytes, 1509 packets, 0 errors",
         N, N, N, N, N, N, 3.8, "", UNIT, 0, 0},
        /* Cisco, Yate */
        {"P-RTP-Stat", "PS=0,OS=0,PR=5429,OR=955504,PL=3,JI=12,LA=0,DU=108", 0, 5429, 3, N, N, 12, N, "", NULL, 0, 0},
        {"P-RTP-Stat", "PS=4816,OS=770560,PR=4817,OR=770720,PL=0", 4816, 4817, 0, N, N, N, N, "", NULL, 0, 0},
        {"RTP-RxStat", "Dur=20,Pkt=1000,Oct=160000,LatePkt=4,LostPkt=2,AvgJit=5,VQMetrics=\"MLQK=4.4000;MLQKav=4.3;CCR=0.0\"",
         N, 1000, 2, N, 4, 5, 4.4, "", NULL, 0, 0},
        {"RTP-TxStat", "Dur=20,Pkt=1001,Oct=160160", 1001, N, N, N, N, N, N, "", NULL, 0, 0},
        /* Unify */
        {"X-Siemens-RTP-stats-list", "MT=0;PS=662;OS=105920;PR=661;OR=105760;PL=1;JI=0;LA=1;SS=0;EN=8;DE=8;IE=00;TCLW=52", 662, 661,
         1, N, N, N, N, "8", UNIT, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_quality q;
        const char *why = NULL;
        vq_quality_init(&q);
        assert_int_equal(vq_sip_hdr_of(of(rows[i].name)), VQ_HDR_STATISTICS); /* the scan tells that there are some */
        assert_true(vq_rtpstat_read(of(rows[i].name), of(rows[i].value), &q, &why));
        assert_same(q.v[VQ_Q_PACKETS_SENT], rows[i].sent);
        assert_same(q.v[VQ_Q_PACKETS_RECEIVED], rows[i].received);
        assert_same(q.v[VQ_Q_LOST], rows[i].lost);
        assert_same(q.v[VQ_Q_LOST_BY_PEER], rows[i].peer_lost);
        assert_same(q.v[VQ_Q_DISCARDED], rows[i].discarded);
        assert_same(q.v[VQ_Q_JITTER_MS], rows[i].jitter_ms);
        assert_same(q.v[VQ_Q_MOS_LQ], rows[i].mos);
        assert_int_equal(q.codec.n, strlen(rows[i].codec));
        assert_true(!q.codec.n || !memcmp(q.codec.p, rows[i].codec, q.codec.n));
        assert_true(why ? rows[i].why && !strcmp(why, rows[i].why) : !rows[i].why);
        assert_int_equal(q.local.port, rows[i].local);
        assert_int_equal(q.remote.port, rows[i].remote);
    }
}

static void leaves_the_rest_alone(void **state)
{
    static const struct {
        const char *name, *value;
    } rows[] = {{"X-RTP-Stat-Add", "DQ=31;DSS=0"}, {"Reason", "PS=1"}, {"", "PS=1"},       {"X-RTP-Stat", ""},
                {"X-RTP-Stat", ";;=;,"},           {"P-RTP-Stat", "PS"}, {"X-RTP-Stat", "PS=a;PR=1x;PL=-"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct vq_quality q;
        const char *why = NULL;
        vq_quality_init(&q);
        assert_false(vq_rtpstat_read(of(rows[i].name), of(rows[i].value), &q, &why));
        assert_false(vq_quality_told(&q));
        assert_null(why);
    }
    assert_null(vq_rtpstat_header(of("X-RTP-Stat-Add")));
    assert_string_equal(vq_rtpstat_header(of("p-rtp-STAT")), "P-RTP-Stat");
}

static void reads_no_byte_too_many(void **state)
{
    (void)state;
    static const char value[] = "EX=BareSip;PR=759;PS=801;PL=36,33;JI=22.0,34.0;IP=0.0.0.0:16410,[fd00::1]:7078;DE=PCMU/8000";
    static const char nested[] = "Pkt=1000,VQMetrics=\"MLQK=4.4;CCR=0\"";
    struct vq_guard g;
    guard_init(&g, sizeof value);
    for (size_t n = 0; n < sizeof value; n++) {
        struct vq_quality q;
        const char *why = NULL;
        vq_quality_init(&q);
        bool found = vq_rtpstat_read(VQ_SLICE_LIT("X-RTP-Stat"), vq_slice(guard_put(&g, value, n), n), &q, &why);
        assert_int_equal(found, n >= sizeof "EX=BareSip;PR=7" - 1);
    }
    for (size_t n = 0; n < sizeof nested; n++) {
        struct vq_quality q;
        const char *why = NULL;
        vq_quality_init(&q);
        bool found = vq_rtpstat_read(VQ_SLICE_LIT("RTP-RxStat"), vq_slice(guard_put(&g, nested, n), n), &q, &why);
        assert_int_equal(found, n >= sizeof "Pkt=1" - 1);
    }
    guard_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_each_vendors),
        cmocka_unit_test(leaves_the_rest_alone),
        cmocka_unit_test(reads_no_byte_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
