#!/bin/sh
# Runs at each start: kubeconfig for the services, custom resource definitions, and once the example.
set -eu

# Written whole or not at all: a service may be reading it.
sed 's#https://127.0.0.1:6443#https://k3s:6443#' /kube/admin > /kube/config.new
chmod 644 /kube/config.new
mv /kube/config.new /kube/config
export KUBECONFIG=/kube/config

kubectl apply --server-side -f /crds
# Again and again: kubectl wait fails for a definition that is so new that it has no conditions at all.
tries=30
until kubectl wait --for=condition=Established --timeout=60s \
  crd/imagestreams.image.openshift.io crd/deploymentconfigs.apps.openshift.io \
  crd/buildconfigs.build.openshift.io crd/builds.build.openshift.io; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || exit 1
  sleep 1
done

# What was changed since the first start stays. The Service is applied last: without it the example is not complete.
if [ -z "$(kubectl get service app --namespace shop --ignore-not-found --output name)" ]; then
  for manifest in /example/*.yaml; do
    sed 's#localhost:5000/#registry:5000/#g' "$manifest" | kubectl apply -f -
  done
fi
