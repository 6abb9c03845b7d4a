"""New photos into Immich: inboxes, groups, landing folder, pipeline, albums, icloudpd."""
