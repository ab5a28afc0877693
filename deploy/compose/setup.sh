#!/bin/sh
# Runs once: kubeconfig for the services, custom resource definitions, the example.
set -eu
sed 's#https://127.0.0.1:6443#https://k3s:6443#' /kube/admin > /kube/config
chmod 644 /kube/config
export KUBECONFIG=/kube/config
kubectl apply --server-side -f /crds
kubectl wait --for=condition=Established --timeout=60s crd/imagestreams.image.openshift.io crd/deploymentconfigs.apps.openshift.io
for manifest in /example/*.yaml; do
  sed 's#localhost:5000/#registry:5000/#g' "$manifest" | kubectl apply -f -
done
