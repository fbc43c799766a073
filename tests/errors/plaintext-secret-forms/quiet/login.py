import argparse, os, requests

parser = argparse.ArgumentParser()
args = parser.parse_args()
password = os.environ[
    "PASSWORD"
]
token = requests.post(
    "https://example.com/login",
    password=args.password,
).json()["token"]
secret = args.secret
session = login(
    token=token,
    password=password,
)
