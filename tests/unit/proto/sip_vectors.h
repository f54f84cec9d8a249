/* sip_vectors.h - messages of RFC 3665 (call flows) and RFC 4475 (torture tests), and what is to be made of them. Where
 * the RFC folds a header only to fit its page, the line is whole here. */
#ifndef VQ_TESTS_SIP_VECTORS_H
#define VQ_TESTS_SIP_VECTORS_H

#include <stddef.h>

enum sip_path { BY_STRICT, BY_OSIP, BY_LENIENT }; /* which reading is the first to accept it, bodies apart */

static const struct sip_vector {
    const char *name;
    const char *defect;
    enum sip_path path;
    const char *start; /* method or status code */
    const char *call_id;
    const char *text;
} sip_vectors[] = {
    {"RFC 3665 3.1 F1", NULL, BY_STRICT, "INVITE",
     "3848276298220188511@atlanta.example.com",
     "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n"
     "Via: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bf9\r\n"
     "Max-Forwards: 70\r\n"
     "From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
     "To: Bob <sip:bob@biloxi.example.com>\r\n"
     "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
     "CSeq: 1 INVITE\r\n"
     "Contact: <sip:alice@client.atlanta.example.com;transport=tcp>\r\n"
     "Content-Type: application/sdp\r\n"
     "Content-Length: 151\r\n"
     "\r\n"
     "v=0\r\n"
     "o=alice 2890844526 2890844526 IN IP4 client.atlanta.example.com\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.101\r\n"
     "t=0 0\r\n"
     "m=audio 49172 RTP/AVP 0\r\n"
     "a=rtpmap:0 PCMU/8000\r\n"},
    {"RFC 3665 3.1 F2", NULL, BY_STRICT, "180",
     "3848276298220188511@atlanta.example.com",
     "SIP/2.0 180 Ringing\r\n"
     "Via: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bf9;received=192.0.2.101\r\n"
     "From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
     "To: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n"
     "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
     "CSeq: 1 INVITE\r\n"
     "Contact: <sip:bob@client.biloxi.example.com;transport=tcp>\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 3665 3.1 F3", NULL, BY_STRICT, "200",
     "3848276298220188511@atlanta.example.com",
     "SIP/2.0 200 OK\r\n"
     "Via: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bf9;received=192.0.2.101\r\n"
     "From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
     "To: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n"
     "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
     "CSeq: 1 INVITE\r\n"
     "Contact: <sip:bob@client.biloxi.example.com;transport=tcp>\r\n"
     "Content-Type: application/sdp\r\n"
     "Content-Length: 147\r\n"
     "\r\n"
     "v=0\r\n"
     "o=bob 2890844526 2890844526 IN IP4 client.biloxi.example.com\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.201\r\n"
     "t=0 0\r\n"
     "m=audio 3456 RTP/AVP 0\r\n"
     "a=rtpmap:0 PCMU/8000\r\n"},
    {"RFC 3665 3.1 F4", NULL, BY_STRICT, "ACK",
     "3848276298220188511@atlanta.example.com",
     "ACK sip:bob@client.biloxi.example.com SIP/2.0\r\n"
     "Via: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74bd5\r\n"
     "From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
     "To: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n"
     "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
     "CSeq: 1 ACK\r\n"
     "Max-Forwards: 70\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 3665 3.1 F5", NULL, BY_STRICT, "BYE",
     "3848276298220188511@atlanta.example.com",
     "BYE sip:alice@client.atlanta.example.com SIP/2.0\r\n"
     "Via: SIP/2.0/TCP client.biloxi.example.com:5060;branch=z9hG4bKnashds7\r\n"
     "Max-Forwards: 70\r\n"
     "From: Bob <sip:bob@biloxi.example.com>;tag=8321234356\r\n"
     "To: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n"
     "Call-ID: 3848276298220188511@atlanta.example.com\r\n"
     "CSeq: 1 BYE\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 3665 2.1 F1", NULL, BY_STRICT, "REGISTER",
     "1j9FpLxk3uxtm8tn@biloxi.example.com",
     "REGISTER sips:ss2.biloxi.example.com SIP/2.0\r\n"
     "Via: SIP/2.0/TLS client.biloxi.example.com:5061;branch=z9hG4bKnashds7\r\n"
     "Max-Forwards: 70\r\n"
     "From: Bob <sips:bob@biloxi.example.com>;tag=a73kszlfl\r\n"
     "To: Bob <sips:bob@biloxi.example.com>\r\n"
     "Call-ID: 1j9FpLxk3uxtm8tn@biloxi.example.com\r\n"
     "CSeq: 1 REGISTER\r\n"
     "Contact: <sips:bob@client.biloxi.example.com>\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 3665 2.1 F2", NULL, BY_OSIP, "401",
     "1j9FpLxk3uxtm8tn@biloxi.example.com",
     "SIP/2.0 401 Unauthorized\r\n"
     "Via: SIP/2.0/TLS client.biloxi.example.com:5061;branch=z9hG4bKnashds7\r\n"
     " ;received=192.0.2.201\r\n"
     "From: Bob <sips:bob@biloxi.example.com>;tag=a73kszlfl\r\n"
     "To: Bob <sips:bob@biloxi.example.com>;tag=1410948204\r\n"
     "Call-ID: 1j9FpLxk3uxtm8tn@biloxi.example.com\r\n"
     "CSeq: 1 REGISTER\r\n"
     "WWW-Authenticate: Digest realm=\"atlanta.example.com\", qop=\"auth\",\r\n"
     " nonce=\"ea9c8e88df84f1cec4341ae6cbe5a359\",\r\n"
     " opaque=\"\", stale=FALSE, algorithm=MD5\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 3665 2.1 F3", NULL, BY_OSIP, "REGISTER",
     "1j9FpLxk3uxtm8tn@biloxi.example.com",
     "REGISTER sips:ss2.biloxi.example.com SIP/2.0\r\n"
     "Via: SIP/2.0/TLS client.biloxi.example.com:5061;branch=z9hG4bKnashd92\r\n"
     "Max-Forwards: 70\r\n"
     "From: Bob <sips:bob@biloxi.example.com>;tag=ja743ks76zlflH\r\n"
     "To: Bob <sips:bob@biloxi.example.com>\r\n"
     "Call-ID: 1j9FpLxk3uxtm8tn@biloxi.example.com\r\n"
     "CSeq: 2 REGISTER\r\n"
     "Contact: <sips:bob@client.biloxi.example.com>\r\n"
     "Authorization: Digest username=\"bob\", realm=\"atlanta.example.com\",\r\n"
     " nonce=\"ea9c8e88df84f1cec4341ae6cbe5a359\", opaque=\"\",\r\n"
     " uri=\"sips:ss2.biloxi.example.com\",\r\n"
     " response=\"dfe56131d1958046689d83306477ecc\"\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.1 wsinv", NULL, BY_OSIP, "INVITE",
     "wsinv.ndaksdj@192.0.2.1",
     "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n"
     "TO :\r\n"
     " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n"
     "from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n"
     "  ;\r\n"
     "  tag = 98asjd8\r\n"
     "MaX-fOrWaRdS: 0068\r\n"
     "Call-ID: wsinv.ndaksdj@192.0.2.1\r\n"
     "Content-Length   : 150\r\n"
     "cseq: 0009\r\n"
     "  INVITE\r\n"
     "Via  : SIP  /   2.0\r\n"
     " /UDP\r\n"
     "    192.0.2.2;branch=390skdjuw\r\n"
     "s :\r\n"
     "NewFangledHeader:   newfangled value\r\n"
     " continued newfangled value\r\n"
     "UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n"
     "Content-Type: application/sdp\r\n"
     "Route:\r\n"
     " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\r\n"
     "v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n"
     "  branch  =   z9hG4bK9ikj8  ,\r\n"
     " SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n"
     " z9hG4bK30239\r\n"
     "m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n"
     "      newvalue ;\r\n"
     "  secondparam ; q = 0.33\r\n"
     "\r\n"
     "v=0\r\n"
     "o=mhandley 29739 7272939 IN IP4 192.0.2.3\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.4\r\n"
     "t=0 0\r\n"
     "m=audio 49217 RTP/AVP 0 12\r\n"
     "m=video 3227 RTP/AVP 31\r\n"
     "a=rtpmap:31 LPC\r\n"},
    {"RFC 4475 3.1.1.2 intmeth", NULL, BY_OSIP, "!interesting-Method0123456789_*+`.%indeed'~",
     "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
     "!interesting-Method0123456789_*+`.%indeed'~ sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&"
     "it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\r\n"
     "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\r\n"
     "To: \"BEL:\\\007 NUL:\\\001 DEL:\\\177\" <sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@exa"
     "mple.com>\r\n"
     "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%="
     "\"\321\200\320\260\320\261\";tag=_token~1'+`*%!-.\r\n"
     "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\r\n"
     "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\r\n"
     "Max-Forwards: 255\r\n"
     "extensionHeader-!.%*+_`'~:\357\273\277\345\244\247\345\201\234\351\233\273\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.3 esc01", NULL, BY_STRICT, "INVITE",
     "esc01.239409asdfakjkn23onasd0-3234",
     "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\r\n"
     "To: sip:%75se%72@example.com\r\n"
     "From: <sip:I%20have%20spaces@example.net>;tag=938\r\n"
     "Max-Forwards: 87\r\n"
     "i: esc01.239409asdfakjkn23onasd0-3234\r\n"
     "CSeq: 234234 INVITE\r\n"
     "Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw\r\n"
     "C: application/sdp\r\n"
     "Contact: <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.4 escnull", NULL, BY_OSIP, "REGISTER",
     "escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd",
     "REGISTER sip:example.com SIP/2.0\r\n"
     "To: sip:null-%00-null@example.com\r\n"
     "From: sip:null-%00-null@example.com;tag=839923423\r\n"
     "Max-Forwards: 70\r\n"
     "Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd\r\n"
     "CSeq: 14398234 REGISTER\r\n"
     "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw\r\n"
     "Contact: <sip:%00@host5.example.com>\r\n"
     "Contact: <sip:%00%00@host5.example.com>\r\n"
     "L:0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.5 esc02", NULL, BY_STRICT, "RE%47IST%45R",
     "esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf",
     "RE%47IST%45R sip:registrar.example.com SIP/2.0\r\n"
     "To: \"%Z%45\" <sip:resource@example.com>\r\n"
     "From: \"%Z%45\" <sip:resource@example.com>;tag=f232jadfj23\r\n"
     "Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf\r\n"
     "Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234\r\n"
     "CSeq: 29344 RE%47IST%45R\r\n"
     "Max-Forwards: 70\r\n"
     "Contact: <sip:alias1@host1.example.com>\r\n"
     "C%6Fntact: <sip:alias2@host2.example.com>\r\n"
     "Contact: <sip:alias3@host3.example.com>\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.6 lwsdisp", NULL, BY_STRICT, "OPTIONS",
     "lwsdisp.1234abcd@funky.example.com",
     "OPTIONS sip:user@example.com SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: caller<sip:caller@example.com>;tag=323\r\n"
     "Max-Forwards: 70\r\n"
     "Call-ID: lwsdisp.1234abcd@funky.example.com\r\n"
     "CSeq: 60 OPTIONS\r\n"
     "Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.8 dblreq", "a second message in the datagram", BY_OSIP, "REGISTER",
     "dblreq.0ha0isndaksdj99sdfafnl3lk233412",
     "REGISTER sip:example.com SIP/2.0\r\n"
     "To: sip:j.user@example.com\r\n"
     "From: sip:j.user@example.com;tag=43251j3j324\r\n"
     "Max-Forwards: 8\r\n"
     "I: dblreq.0ha0isndaksdj99sdfafnl3lk233412\r\n"
     "Contact: sip:j.user@host.example.com\r\n"
     "CSeq: 8 REGISTER\r\n"
     "Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492\r\n"
     "Content-Length: 0\r\n"
     "\r\n"
     "\r\n"
     "INVITE sip:joe@example.com SIP/2.0\r\n"
     "t: sip:joe@example.com\r\n"
     "From: sip:caller@example.net;tag=141334\r\n"
     "Max-Forwards: 8\r\n"
     "Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15\r\n"
     "CSeq: 8 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.9 semiuri", NULL, BY_STRICT, "OPTIONS",
     "semiuri.0ha0isndaksdj",
     "OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\r\n"
     "To: sip:j_user@example.com\r\n"
     "From: sip:caller@example.org;tag=33242\r\n"
     "Max-Forwards: 3\r\n"
     "Call-ID: semiuri.0ha0isndaksdj\r\n"
     "CSeq: 8 OPTIONS\r\n"
     "Accept: application/sdp, application/pkcs7-mime, multipart/mixed, multipart/signed, message/sip, m"
     "essage/sipfrag\r\n"
     "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.10 transports", NULL, BY_STRICT, "OPTIONS",
     "transports.kijh4akdnaqjkwendsasfdj",
     "OPTIONS sip:user@example.com SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: <sip:caller@example.com>;tag=323\r\n"
     "Max-Forwards: 70\r\n"
     "Call-ID: transports.kijh4akdnaqjkwendsasfdj\r\n"
     "Accept: application/sdp\r\n"
     "CSeq: 60 OPTIONS\r\n"
     "Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw\r\n"
     "Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf\r\n"
     "Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj\r\n"
     "Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en\r\n"
     "Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.12 unreason", NULL, BY_STRICT, "200",
     "unreason.1234ksdfak3j2erwedfsASdf",
     "SIP/2.0 200 = 2**3 * 5**2 \320\275\320\276 \321\201\321\202\320\276\r\n"
     "Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923\r\n"
     "Call-ID: unreason.1234ksdfak3j2erwedfsASdf\r\n"
     "CSeq: 35 INVITE\r\n"
     "From: sip:user@example.com;tag=11141343\r\n"
     "To: sip:user@example.edu;tag=2229\r\n"
     "Content-Length: 0\r\n"
     "Contact: <sip:user@host198.example.com>\r\n"
     "\r\n"},
    {"RFC 4475 3.1.1.13 noreason", NULL, BY_STRICT, "100",
     "noreason.asndj203insdf99223ndf",
     "SIP/2.0 100 \r\n"
     "Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\r\n"
     "Call-ID: noreason.asndj203insdf99223ndf\r\n"
     "CSeq: 35 INVITE\r\n"
     "From: <sip:user@example.com>;tag=39ansfi3\r\n"
     "To: <sip:user@example.edu>;tag=902jndnke3\r\n"
     "Content-Length: 0\r\n"
     "Contact: <sip:user@host105.example.com>\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.1 badinv01", "empty parameter or value in Via or Contact", BY_LENIENT, "INVITE",
     "badinv01.0ha0isndaksdjasdf3234nas",
     "INVITE sip:user@example.com SIP/2.0\r\n"
     "To: sip:j.user@example.com\r\n"
     "From: sip:caller@example.net;tag=134161461246\r\n"
     "Max-Forwards: 7\r\n"
     "Call-ID: badinv01.0ha0isndaksdjasdf3234nas\r\n"
     "CSeq: 8 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.15;;,;,,\r\n"
     "Contact: \"Joe\" <sip:joe@example.org>;;;;\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.2 clerr", "Content-Length is beyond the data", BY_OSIP, "INVITE",
     "clerr.0ha0isndaksdjweiafasdk3",
     "INVITE sip:user@example.com SIP/2.0\r\n"
     "Max-Forwards: 80\r\n"
     "To: sip:j.user@example.com\r\n"
     "From: sip:caller@example.net;tag=93942939o2\r\n"
     "Contact: <sip:caller@hungry.example.net>\r\n"
     "Call-ID: clerr.0ha0isndaksdjweiafasdk3\r\n"
     "CSeq: 8 INVITE\r\n"
     "Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-39234-23523\r\n"
     "Content-Type: application/sdp\r\n"
     "Content-Length: 9999\r\n"
     "\r\n"
     "v=0\r\n"
     "o=mhandley 2890844526 2890844526 IN IP4 192.0.2.3\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.4\r\n"
     "t=0 0\r\n"
     "m=audio 49217 RTP/AVP 0\r\n"
     "a=rtpmap:0 PCMU/8000\r\n"},
    {"RFC 4475 3.1.2.3 ncl", "Content-Length is negative", BY_OSIP, "INVITE",
     "ncl.0ha0isndaksdj2193423r542w35",
     "INVITE sip:user@example.com SIP/2.0\r\n"
     "Max-Forwards: 254\r\n"
     "To: sip:j.user@example.com\r\n"
     "From: sip:caller@example.net;tag=32394234\r\n"
     "Call-ID: ncl.0ha0isndaksdj2193423r542w35\r\n"
     "CSeq: 0 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.53;branch=z9hG4bKkdjuw\r\n"
     "Contact: <sip:caller@example53.example.net>\r\n"
     "Content-Type: application/sdp\r\n"
     "Content-Length: -999\r\n"
     "\r\n"
     "v=0\r\n"
     "o=mhandley 2890844526 2890844526 IN IP4 192.0.2.3\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.4\r\n"
     "t=0 0\r\n"
     "m=audio 49217 RTP/AVP 0\r\n"
     "a=rtpmap:0 PCMU/8000\r\n"},
    {"RFC 4475 3.1.2.4 scalar02", "CSeq number is not below 2^31", BY_OSIP, "REGISTER",
     "scalar02.23o0pd9vanlq3wnrlnewofjas9ui32",
     "REGISTER sip:example.com SIP/2.0\r\n"
     "Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3\r\n"
     "To: <sip:user@example.com>\r\n"
     "From: <sip:user@example.com>;tag=239232jh3\r\n"
     "CSeq: 36893488147419103232 REGISTER\r\n"
     "Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32\r\n"
     "Max-Forwards: 300\r\n"
     "Expires: 10000000000000000000000000000000\r\n"
     "Contact: <sip:user@host129.example.com>\r\n"
     "  ;expires=280297596632815\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.5 scalarlg", "CSeq number is not below 2^31", BY_OSIP, "503",
     "scalarlg.noase0of0234hn2qofoaf0232aewf2394r",
     "SIP/2.0 503 Service Unavailable\r\n"
     "Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129\r\n"
     "To: <sip:user@example.com>\r\n"
     "From: <sip:other@example.net>;tag=2easdjfejw\r\n"
     "CSeq: 9292394834772304023312 OPTIONS\r\n"
     "Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r\r\n"
     "Retry-After: 949302838503028349304023988\r\n"
     "Warning: 1812 overture \"In Progress\"\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.6 quotbal", "quotation mark that nothing closes", BY_LENIENT, "INVITE",
     "quotbal.aksdj",
     "INVITE sip:user@example.com SIP/2.0\r\n"
     "To: \"Mr. J. User <sip:j.user@example.com>\r\n"
     "From: sip:caller@example.net;tag=93334\r\n"
     "Max-Forwards: 10\r\n"
     "Call-ID: quotbal.aksdj\r\n"
     "Contact: <sip:caller@host59.example.net>\r\n"
     "CSeq: 8 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bKkdjuw39234\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.7 ltgtruri", "Request-URI in angle brackets", BY_LENIENT, "INVITE",
     "ltgtruri.1@192.0.2.5",
     "INVITE <sip:user@example.com> SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:caller@example.net;tag=39291\r\n"
     "Max-Forwards: 23\r\n"
     "Call-ID: ltgtruri.1@192.0.2.5\r\n"
     "CSeq: 1 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.5\r\n"
     "Contact: <sip:caller@host5.example.net>\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.8 lwsruri", "start line is not <method> <URI> <version>", BY_LENIENT, "INVITE",
     "lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423",
     "INVITE sip:user@example.com; lr SIP/2.0\r\n"
     "To: sip:user@example.com;tag=3xfe-9921883-z9f\r\n"
     "From: sip:caller@example.net;tag=231413434\r\n"
     "Max-Forwards: 5\r\n"
     "Call-ID: lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423\r\n"
     "CSeq: 2130706432 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKkdjuw2395\r\n"
     "Contact: <sip:caller@host1.example.net>\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.9 lwsstart", "start line is not <method> <URI> <version>", BY_LENIENT, "INVITE",
     "lwsstart.dfknq234oi243099adsdfnawe3@example.com",
     "INVITE  sip:user@example.com  SIP/2.0\r\n"
     "Max-Forwards: 8\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:caller@example.net;tag=8814\r\n"
     "Call-ID: lwsstart.dfknq234oi243099adsdfnawe3@example.com\r\n"
     "CSeq: 1893884 INVITE\r\n"
     "Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw3923\r\n"
     "Contact: <sip:caller@host1.example.net>\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.10 trws", "start line is not <method> <URI> <version>", BY_LENIENT, "OPTIONS",
     "trws.oicu34958239neffasdhr2345r",
     "OPTIONS sip:remote-target@example.com SIP/2.0  \r\n"
     "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK299342093\r\n"
     "To: <sip:remote-target@example.com>\r\n"
     "From: <sip:local-resource@example.com>;tag=329429089\r\n"
     "Call-ID: trws.oicu34958239neffasdhr2345r\r\n"
     "Accept: application/sdp\r\n"
     "CSeq: 238923 OPTIONS\r\n"
     "Max-Forwards: 70\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.11 escruri", "Request-URI with headers", BY_OSIP, "INVITE",
     "escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5",
     "INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:caller@example.net;tag=341518\r\n"
     "Max-Forwards: 7\r\n"
     "Contact: <sip:caller@host39923.example.net>\r\n"
     "Call-ID: escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5\r\n"
     "CSeq: 149209342 INVITE\r\n"
     "Via: SIP/2.0/UDP host-of-the-hour.example.com;branch=z9hG4bKkdjuw\r\n"
     "Content-Type: application/sdp\r\n"
     "Content-Length: 150\r\n"
     "\r\n"
     "v=0\r\n"
     "o=mhandley 29739 7272939 IN IP4 192.0.2.1\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.1\r\n"
     "t=0 0\r\n"
     "m=audio 49217 RTP/AVP 0 12\r\n"
     "m=video 3227 RTP/AVP 31\r\n"
     "a=rtpmap:31 LPC\r\n"},
    {"RFC 4475 3.1.2.12 baddate", "Date is not in GMT", BY_OSIP, "INVITE",
     "baddate.239423mnsadf3j23lj42--sedfnm234",
     "INVITE sip:user@example.com SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:caller@example.net;tag=2234923\r\n"
     "Max-Forwards: 70\r\n"
     "Call-ID: baddate.239423mnsadf3j23lj42--sedfnm234\r\n"
     "CSeq: 1392934 INVITE\r\n"
     "Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw\r\n"
     "Date: Fri, 01 Jan 2010 16:00:00 EST\r\n"
     "Contact: <sip:caller@host5.example.net>\r\n"
     "Content-Type: application/sdp\r\n"
     "Content-Length: 150\r\n"
     "\r\n"
     "v=0\r\n"
     "o=mhandley 29739 7272939 IN IP4 192.0.2.5\r\n"
     "s=-\r\n"
     "c=IN IP4 192.0.2.5\r\n"
     "t=0 0\r\n"
     "m=audio 49217 RTP/AVP 0 12\r\n"
     "m=video 3227 RTP/AVP 31\r\n"
     "a=rtpmap:31 LPC\r\n"},
    {"RFC 4475 3.1.2.13 regbadct", "URI with '?' and no angle brackets", BY_OSIP, "REGISTER",
     "regbadct.k345asrl3fdbv@10.0.0.1",
     "REGISTER sip:example.com SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:user@example.com;tag=998332\r\n"
     "Max-Forwards: 70\r\n"
     "Call-ID: regbadct.k345asrl3fdbv@10.0.0.1\r\n"
     "CSeq: 1 REGISTER\r\n"
     "Via: SIP/2.0/UDP 135.180.130.133:5060;branch=z9hG4bKkdjuw\r\n"
     "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.14 badaspec", "blanks within the angle brackets of a URI", BY_LENIENT, "OPTIONS",
     "badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3",
     "OPTIONS sip:user@example.org SIP/2.0\r\n"
     "Via: SIP/2.0/UDP host4.example.com:5060;branch=z9hG4bKkdju43234\r\n"
     "Max-Forwards: 70\r\n"
     "From: \"Bell, Alexander\" <sip:a.g.bell@example.com>;tag=433423\r\n"
     "To: \"Watson, Thomas\" < sip:t.watson@example.org >\r\n"
     "Call-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3\r\n"
     "Accept: application/sdp\r\n"
     "CSeq: 3923239 OPTIONS\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.15 baddn", "display name with a comma and no quotes", BY_LENIENT, "OPTIONS",
     "baddn.31415@c.example.com",
     "OPTIONS sip:t.watson@example.org SIP/2.0\r\n"
     "Via:     SIP/2.0/UDP c.example.com:5060;branch=z9hG4bKkdjuw\r\n"
     "Max-Forwards:      70\r\n"
     "From:    Bell, Alexander <sip:a.g.bell@example.com>;tag=43\r\n"
     "To:      Watson, Thomas <sip:t.watson@example.org>\r\n"
     "Call-ID: baddn.31415@c.example.com\r\n"
     "Accept: application/sdp\r\n"
     "CSeq:    3923239 OPTIONS\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.16 badvers", "version is not SIP/2.0", BY_OSIP, "OPTIONS",
     "badvers.31417@c.example.com",
     "OPTIONS sip:t.watson@example.org SIP/7.0\r\n"
     "Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw\r\n"
     "Max-Forwards:     70\r\n"
     "From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe\r\n"
     "To:      T. Watson <sip:t.watson@example.org>\r\n"
     "Call-ID: badvers.31417@c.example.com\r\n"
     "CSeq:    1 OPTIONS\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.17 mismatch01", "CSeq names another method than the request", BY_OSIP, "OPTIONS",
     "mismatch01.dj0234sxdfl3",
     "OPTIONS sip:user@example.com SIP/2.0\r\n"
     "To: sip:j.user@example.com\r\n"
     "From: sip:caller@example.net;tag=34525\r\n"
     "Max-Forwards: 6\r\n"
     "Call-ID: mismatch01.dj0234sxdfl3\r\n"
     "CSeq: 8 INVITE\r\n"
     "Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.1.2.18 mismatch02", "CSeq names another method than the request", BY_OSIP, "NEWMETHOD",
     "mismatch02.dj0234sxdfl3",
     "NEWMETHOD sip:user@example.com SIP/2.0\r\n"
     "To: sip:j.user@example.com\r\n"
     "From: sip:caller@example.net;tag=34525\r\n"
     "Max-Forwards: 6\r\n"
     "Call-ID: mismatch02.dj0234sxdfl3\r\n"
     "CSeq: 8 INVITE\r\n"
     "Contact: <sip:caller@host.example.net>\r\n"
     "Via: SIP/2.0/UDP host.example.net;branch=z9hG4bKkdjuw\r\n"
     "Content-Type: application/sdp\r\n"
     "l: 138\r\n"
     "\r\n"
     "v=0\r\n"
     "o=mhandley 29739 7272939 IN IP4 192.0.2.1\r\n"
     "c=IN IP4 192.0.2.1\r\n"
     "m=audio 49217 RTP/AVP 0 12\r\n"
     "m=video 3227 RTP/AVP 31\r\n"
     "a=rtpmap:31 LPC\r\n"},
    {"RFC 4475 3.1.2.19 bigcode", "status code is not within 100 to 699", BY_OSIP, "65535",
     "bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i",
     "SIP/2.0 4294967301 better not break the receiver\r\n"
     "Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe\r\n"
     "Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i\r\n"
     "CSeq: 353494 INVITE\r\n"
     "From: <sip:user@example.com>;tag=39ansfi3\r\n"
     "To: <sip:user@example.edu>;tag=902jndnke3\r\n"
     "Content-Length: 0\r\n"
     "Contact: <sip:user@host105.example.com>\r\n"
     "\r\n"},
    {"RFC 4475 3.2.1 badbranch", "branch of the topmost Via is the magic cookie alone", BY_OSIP, "OPTIONS",
     "badbranch.sadonfo23i420jv0as0derf3j3n",
     "OPTIONS sip:user@example.com SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:caller@example.org;tag=33242\r\n"
     "Max-Forwards: 3\r\n"
     "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK\r\n"
     "Accept: application/sdp\r\n"
     "Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n\r\n"
     "CSeq: 8 OPTIONS\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.3.1 insuf", "no Call-ID header", BY_OSIP, "INVITE",
     "",
     "INVITE sip:user@example.com SIP/2.0\r\n"
     "CSeq: 193942 INVITE\r\n"
     "Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf\r\n"
     "Content-Type: application/sdp\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.3.2 unkscm", NULL, BY_OSIP, "OPTIONS",
     "unkscm.nasdfasser0q239nwsdfasdkl34",
     "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:caller@example.net;tag=384\r\n"
     "Max-Forwards: 3\r\n"
     "Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34\r\n"
     "CSeq: 3923423 OPTIONS\r\n"
     "Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.3.3 novelsc", NULL, BY_LENIENT, "OPTIONS",
     "novelsc.asdfasser0q239nwsdfasdkl34",
     "OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:caller@example.net;tag=384\r\n"
     "Max-Forwards: 3\r\n"
     "Call-ID: novelsc.asdfasser0q239nwsdfasdkl34\r\n"
     "CSeq: 3923423 OPTIONS\r\n"
     "Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234\r\n"
     "Content-Length: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.3.4 unksm2", NULL, BY_OSIP, "REGISTER",
     "unksm2.daksdj@hyphenated-host.example.com",
     "REGISTER sip:example.com SIP/2.0\r\n"
     "To: isbn:2983792873\r\n"
     "From: <http://www.example.com>;tag=3234233\r\n"
     "Call-ID: unksm2.daksdj@hyphenated-host.example.com\r\n"
     "CSeq: 234902 REGISTER\r\n"
     "Max-Forwards: 70\r\n"
     "Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw\r\n"
     "Contact: <name:John_Smith>\r\n"
     "l: 0\r\n"
     "\r\n"},
    {"RFC 4475 3.3.8 multi01", "two From headers", BY_LENIENT, "INVITE",
     "multi01.98asdh@192.0.2.1",
     "INVITE sip:user@company.com SIP/2.0\r\n"
     "Contact: <sip:caller@host25.example.net>\r\n"
     "Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw\r\n"
     "Max-Forwards: 70\r\n"
     "CSeq: 5 INVITE\r\n"
     "Call-ID: multi01.98asdh@192.0.2.1\r\n"
     "CSeq: 59 INVITE\r\n"
     "Call-ID: multi01.98asdh@192.0.2.2\r\n"
     "From: sip:caller@example.com;tag=3413415\r\n"
     "To: sip:user@example.com\r\n"
     "To: sip:other@example.net\r\n"
     "From: sip:caller@example.net;tag=2923420123\r\n"
     "Content-Type: application/sdp\r\n"
     "l: 0\r\n"
     "Contact: <sip:caller@host36.example.net>\r\n"
     "Max-Forwards: 5\r\n"
     "\r\n"},
    {"RFC 4475 3.3.9 mcl01", "two Content-Length headers", BY_LENIENT, "OPTIONS",
     "mcl01.fhn2323orihawfdoa3o4r52o3irsdf",
     "OPTIONS sip:user@example.com SIP/2.0\r\n"
     "Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423\r\n"
     "To: sip:user@example.com\r\n"
     "From: sip:other@example.net;tag=3923942\r\n"
     "Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf\r\n"
     "CSeq: 15932 OPTIONS\r\n"
     "Content-Length: 13\r\n"
     "Max-Forwards: 60\r\n"
     "Content-Length: 5\r\n"
     "Content-Type: text/plain\r\n"
     "\r\n"
     "There's no way to know how many octets are supposed to be here.\r\n"},
};

#define SIP_VECTORS (sizeof sip_vectors / sizeof sip_vectors[0])

#endif
