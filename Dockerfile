# Checks a device: docker run --rm IMAGE smoke. PoCL and a Java runtime are inside; a GPU needs its vendor's runtime, too.
FROM maven:3.9.11-eclipse-temurin-17 AS build
WORKDIR /src
COPY pom.xml LICENSE NOTICE ./
COPY src/main src/main
COPY kernels-cl kernels-cl
RUN mvn -B -ntp package -Dmaven.test.skip=true -Dspotless.check.skip=true

FROM debian:12-slim
# Versions come with the distribution's release; a pinned one disappears with the next security update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ocl-icd-libopencl1 openjdk-17-jre-headless pocl-opencl-icd \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 clattention
COPY --from=build /src/target/clattention-*[^i].jar /src/target/lib/ /opt/clattention/
COPY LICENSE NOTICE /opt/clattention/
# Kernels are compiled on the first call and kept in the home folder.
USER clattention
WORKDIR /home/clattention
ENTRYPOINT ["java", "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-XX:MaxRAMPercentage=50", "-cp", "/opt/clattention/*", "org.clattention.cli.Main"]
CMD ["smoke"]
