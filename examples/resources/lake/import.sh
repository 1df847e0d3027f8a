# By its name, in the provider's region.
terraform import lake.events events

# In another region: region/name.
terraform import lake.events eu-central-1/events
