#!/bin/sh -eu
# A Function of somebody else: `backup --namespace=… --backupsession=… --greeting=…` stores a greeting.
for flag in "$@"; do case $flag in --*=*) name=${flag%%=*}; eval "${name#--}=\${flag#*=}" ;; esac; done
field() { kubectl get -n "$namespace" "$1" "$2" -o "jsonpath=$3"; }
secret() { field secret "$1" "{.data.$2}" | base64 -d; }
storage=.storage.kubestash.com
export HOME=/tmp RESTIC_PASSWORD RESTIC_REPOSITORY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
for snapshot in $(field backupsession "$backupsession" '{.status.snapshots[*].name}'); do
  repository=$(field snapshots$storage "$snapshot" '{.spec.repository}')
  path=repository/v1/$(field snapshots$storage "$snapshot" '{.spec.session}')/$COMPONENT_NAME
  place=$(field repositories$storage "$repository" '{.spec.storageRef.name}')
  s3='{.spec.storage.s3.endpoint}/{.spec.storage.s3.bucket}/{.spec.storage.s3.prefix}'
  directory=$(field repositories$storage "$repository" '{.spec.path}')
  RESTIC_REPOSITORY=s3:$(field backupstorages$storage "$place" "$s3")$directory/$path
  RESTIC_PASSWORD=$(secret encrypt-secret RESTIC_PASSWORD)
  AWS_ACCESS_KEY_ID=$(secret s3-secret AWS_ACCESS_KEY_ID)
  AWS_SECRET_ACCESS_KEY=$(secret s3-secret AWS_SECRET_ACCESS_KEY)
  restic cat config --no-cache -q || restic init --no-cache -q
  id=$(restic cat config --no-cache | sed -n 's/.*"id": "\([0-9a-f]*\)".*/\1/p')
  tag=$(field snapshots$storage "$snapshot" '{.spec.snapshotID}')
  made=$(echo "$greeting" | restic backup --no-cache --json --stdin --stdin-filename greeting --tag "$tag" |
    sed -n 's/.*"snapshot_id":"\([0-9a-f]*\)".*/\1/p')
  stats="{\"summary\":{\"id\":\"$made\",\"hostPath\":\"/greeting\"}}"
  part="{\"phase\":\"Succeeded\",\"driver\":\"Restic\",\"path\":\"$path\",\"repositoryID\":\"$id\",\"size\":\"0.001 MiB\",\"integrity\":true,\"resticStats\":[$stats]}"
  kubectl patch -n "$namespace" snapshots$storage "$snapshot" --subresource=status --type=merge \
    -p "{\"status\":{\"components\":{\"$COMPONENT_NAME\":$part}}}"
done
