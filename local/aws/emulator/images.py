"""ECR: DescribeImages says which image or repository there is none of; IAM knows whose registry is asked."""

import json

from ministack.core import iam_actions
from ministack.services import ecr


def absent_repository(data):
    name, registry = data.get("repositoryName", ""), data.get("registryId", ecr.get_account_id())
    if registry == ecr.get_account_id() and name in ecr._repositories:
        return None
    message = f"The repository with name '{name}' does not exist in the registry with id '{registry}'"
    return ecr.error_response_json("RepositoryNotFoundException", message, 400)


def absent_image(data):
    name = data["repositoryName"]
    for image in data.get("imageIds", []):
        if ecr._find_image(name, image) is None:
            digest, tag = image.get("imageDigest", "null"), image.get("imageTag", "null")
            wanted = f"{{imageDigest:'{digest}', imageTag:'{tag}'}}"
            where = f"the repository with name '{name}' in the registry with id '{ecr.get_account_id()}'"
            message = f"The image with imageId {wanted} does not exist within {where}"
            return ecr.error_response_json("ImageNotFoundException", message, 400)
    return None


def patch():
    describe, resource_arn = ecr._describe_images, iam_actions.extract_resource_arn

    def describe_images(data):
        return absent_repository(data) or absent_image(data) or describe(data)

    def with_registries(service, method, path, headers, body, params, region, account):
        if service != "ecr":
            return resource_arn(service, method, path, headers, body, params, region, account)
        data = json.loads(body or b"{}")
        registry, name = data.get("registryId", account), data.get("repositoryName", "*")
        return f"arn:aws:ecr:{region}:{registry}:repository/{name}"

    ecr._describe_images, iam_actions.extract_resource_arn = describe_images, with_registries
