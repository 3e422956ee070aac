"""ELBv2: a network load balancer has the hostname and the hosted zone of its kind, which aliases to it must name."""

from ministack.core.responses import get_region
from ministack.services import alb

APPLICATION_ZONE = "Z35SXDOTRQ7X7K"
NETWORK_ZONE = "Z26RNL4JYFTOTI"  # us-east-1, from the table of Elastic Load Balancing endpoints in the General Reference


def patch():
    xml = alb._lb_xml
    example = {"LoadBalancerArn": "", "LoadBalancerName": "", "DNSName": "", "CreatedTime": ""}
    example |= {"Scheme": "", "State": "", "Type": ""}
    assert xml(example).count(APPLICATION_ZONE) == 1, "ministack changed: how a load balancer is described"

    def lb_xml(lb):
        if lb["Type"] != "network":
            return xml(lb)
        number = lb["LoadBalancerArn"].rsplit("/", 1)[1]
        name = f"{lb['LoadBalancerName']}-{number}.elb.{get_region()}.amazonaws.com"
        return xml({**lb, "DNSName": name}).replace(APPLICATION_ZONE, NETWORK_ZONE)

    alb._lb_xml = lb_xml
