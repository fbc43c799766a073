"""kubernetes-validate, with its own arguments. It reads its schemas again for each object; here they are read once."""

import functools
import sys

import yaml
from kubernetes_validate import __main__, utils

utils.all_versions = functools.cache(utils.all_versions)
utils.schema_contents = functools.cache(utils.schema_contents)
yaml.SafeLoader = yaml.CSafeLoader
sys.exit(__main__.main())
