/* SPDX-License-Identifier: MIT */
/* Everything between the chip's bus and the thing model, linked together: W5500 driver with a TCP
 * and a UDP socket, DHCP, DNS, SNTP and the MQTT client. What it costs in flash is measured; what
 * each part does is measured by its own image.
 * m0-sources: onelink/base onelink/mqtt onelink/net onelink/wiznet */
#include "onelink/mqtt/client.h"
#include "onelink/net/dhcp.h"
#include "onelink/net/dns.h"
#include "onelink/net/sntp.h"
#include "onelink/wiznet/w5500.h"
#include "rt.h"

static struct ol_w5500 chip;
static struct ol_w5500_tcp tcp;
static struct ol_w5500_udp udp;

/* The functions that a device calls; each brings what it needs along. */
static const void *const used[] = {ol_w5500_init,
                                   ol_w5500_step,
                                   ol_w5500_interrupt,
                                   ol_w5500_deadline,
                                   ol_w5500_next_event,
                                   ol_dhcp_init,
                                   ol_dhcp_open,
                                   ol_dhcp_close,
                                   ol_dhcp_release,
                                   ol_dhcp_step,
                                   ol_dhcp_next_event,
                                   ol_dhcp_probe_done,
                                   ol_dhcp_is_busy,
                                   ol_dhcp_output,
                                   ol_dhcp_output_done,
                                   ol_dhcp_input,
                                   ol_dhcp_deadline,
                                   ol_dhcp_get_lease,
                                   ol_dns_init,
                                   ol_dns_open,
                                   ol_dns_close,
                                   ol_dns_step,
                                   ol_dns_output,
                                   ol_dns_output_done,
                                   ol_dns_input,
                                   ol_dns_deadline,
                                   ol_dns_get_answer,
                                   ol_sntp_init,
                                   ol_sntp_open,
                                   ol_sntp_close,
                                   ol_sntp_step,
                                   ol_sntp_is_busy,
                                   ol_sntp_output,
                                   ol_sntp_output_done,
                                   ol_sntp_input,
                                   ol_sntp_deadline,
                                   ol_sntp_get_sample,
                                   ol_mqtt_client_init,
                                   ol_mqtt_client_open,
                                   ol_mqtt_client_closed,
                                   ol_mqtt_client_disconnect,
                                   ol_mqtt_client_discard,
                                   ol_mqtt_client_is_online,
                                   ol_mqtt_client_get_in_flight,
                                   ol_mqtt_client_input,
                                   ol_mqtt_client_input_done,
                                   ol_mqtt_client_output,
                                   ol_mqtt_client_output_done,
                                   ol_mqtt_client_step,
                                   ol_mqtt_client_deadline,
                                   ol_mqtt_client_publish_begin,
                                   ol_mqtt_client_publish_commit,
                                   ol_mqtt_client_publish_cancel,
                                   ol_mqtt_client_publish,
                                   ol_mqtt_client_subscribe,
                                   ol_mqtt_client_unsubscribe,
                                   ol_mqtt_client_next_event};

int main(void)
{
    const void *volatile keep;

    ol_w5500_tcp_init(&tcp, &chip);
    ol_w5500_udp_init(&udp, &chip);
    m0_check(ol_w5500_tcp_stream(&tcp).ops != NULL, "stream");
    m0_check(ol_w5500_udp_datagram(&udp).ops != NULL, "datagram");
    m0_check(ol_w5500_netif(&chip).ops != NULL, "interface");
    for (size_t i = 0; i < sizeof used / sizeof *used; i++) {
        keep = used[i];
        m0_check(keep != NULL, "function");
    }
    m0_begin("nothing");
    m0_end();
    return 0;
}
