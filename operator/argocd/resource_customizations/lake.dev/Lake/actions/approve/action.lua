if obj.status == nil or obj.status.plan == nil then
  error("no plan waits for approval")
end
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["lake.dev/approve"] = obj.status.plan.id
return obj
