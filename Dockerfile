# The environment of every number as an image: Debian's Python, and what requirements.lock names, each file checked by its
# hash. No package of Debian's is added. Works in a checkout and in an unpacked replication archive alike:
#
#     docker build --build-arg UID=$(id -u) -t ruralpanel .
#     docker run --rm -v "$PWD/results:/paper/results" ruralpanel [what stands behind ./run]
FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d

# Whoever owns the folder of results outside: the run is nobody's superuser.
ARG UID=1000
RUN useradd --create-home --uid "$UID" paper && install -d -o paper /paper
USER paper
WORKDIR /paper

# First what the environment is built from, so that a change to a study builds it no second time.
COPY --chown=paper run pyproject.toml hatch_build.py requirements.lock README.md LICENSE ./
COPY --chown=paper src src
RUN ./run --version

COPY --chown=paper . .
ENTRYPOINT ["./run"]
