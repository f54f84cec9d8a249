/* names.c - the words that reports and scripts use for the values of the model's enumerations. */
#include <voipqos/network.h>

#define NAMES(fn, type, ...)                        \
    const char *fn(enum type v)                     \
    {                                               \
        static const char *const names[] = __VA_ARGS__; \
        return names[v];                            \
    }

NAMES(vq_decoded_help, vq_decoded,
      {"SIP messages", "RTP packets of the streams in the report", "RTCP reports", "STUN and ICE",
       "ICMP", "TCP", "UDP that is none of these, or RTP that was not proven",
       "IP fragments of packets that a later frame made whole", "ChannelData of TURN whose channel is not known"})
NAMES(vq_decoded_name, vq_decoded, {"sip", "rtp", "rtcp", "stun", "icmp", "tcp", "other_udp", "fragment", "turn_data"})
NAMES(vq_transport_name, vq_transport, {"UDP", "TCP", "WS", "TLS", "WSS"})
NAMES(vq_tls_fault_name, vq_tls_fault,
      {"readable", "no_keylog", "key_missing", "not_from_start", "suite", "hole", "damaged"})
NAMES(vq_registration_outcome_name, vq_registration_outcome,
      {"incomplete", "registered", "unregistered", "refreshed", "rejected", "timeout"})
NAMES(vq_call_state_name, vq_call_state,
      {"incomplete", "ringing", "in_call", "completed", "cancelled", "rejected", "busy", "no_answer", "redirected", "failed",
       "timeout"})
NAMES(vq_party_name, vq_party, {NULL, "caller", "callee", "network"})
NAMES(vq_leg_state_name, vq_leg_state,
      {"proceeding", "early", "confirmed", "terminated", "cancelled", "cleared", "rejected", "redirected"})
NAMES(vq_lead_name, vq_lead, {NULL, "blind", "attended", "redirect"})
NAMES(vq_effect_name, vq_effect, {NULL, "started", "continued", "stopped", "resumed"})
NAMES(vq_dialog_outcome_name, vq_dialog_outcome, {"incomplete", "answered", "rejected", "timeout"})
NAMES(vq_dtmf_method_name, vq_dtmf_method, {"rfc4733", "sip_info"})
NAMES(vq_quality_kind_name, vq_quality_kind, {"session", "interval", "alert"})
NAMES(vq_direction_name, vq_direction, {"unknown", "caller_to_callee", "callee_to_caller"})
NAMES(vq_pairing_name, vq_pairing, {"none", "sdp", "sdp_destination", "sdp_source", "symmetric", "stun", "signalling"})
NAMES(vq_gap_kind_name, vq_gap_kind, {"hold", "silence", "sender_stop", "network", "failover", "restart", "clock_step", NULL})
NAMES(vq_cost_name, vq_cost, {"codec", "delay", "loss", "discard", "burst", "advantage"})
NAMES(vq_stun_use_name, vq_stun_use, {"binding", "ice", "turn"})
NAMES(vq_nat_evidence_name, vq_nat_evidence, {"stun", "candidate", "via", "contact", "media"})
NAMES(vq_nat_behaviour_name, vq_nat_behaviour, {NULL, "endpoint_independent", "symmetric"})
NAMES(vq_keep_alive_name, vq_keep_alive_kind, {"crlf", "zero", "empty", "stun_indication"})
NAMES(vq_role_name, vq_role,
      {"user_agent", "registrar", "proxy", "b2bua", "media_relay", "media_endpoint", "stun_server", "turn_server"})
NAMES(vq_role_title, vq_role,
      {"user agent", "registrar", "proxy", "B2BUA", "media relay", "media", "STUN server", "TURN server"})
NAMES(vq_verdict_name, vq_verdict, {NULL, "none", "before_capture", "after_capture", "both"})
NAMES(vq_severity_name, vq_severity, {"info", "warning", "error"})

/* How sure a pairing is: both ends announced is as sure as SDP can be; each step of inference costs. */
double vq_pairing_confidence(enum vq_pairing p)
{
    static const double confidence[] = {0, 1, 0.95, 0.9, 0.9, 0.8, 0.6};
    return confidence[p];
}
