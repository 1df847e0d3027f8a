-- A Lake speaks kstatus: the conditions Ready, Reconciling and Stalled, and observedGeneration.
-- No library of strings is used: scripts of argocd-cm have none.
local health = {}

if obj.spec ~= nil and obj.spec.reconcile ~= nil and obj.spec.reconcile.suspend then
  health.status = "Suspended"
  health.message = "Suspended: nothing is read on AWS and nothing written"
  return health
end

local status = obj.status
if status == nil or status.observedGeneration == nil or status.observedGeneration == -1 then
  health.status = "Progressing"
  health.message = "Waiting for the operator's first look"
  return health
end
if status.observedGeneration ~= obj.metadata.generation then
  health.status = "Progressing"
  health.message = "Waiting for the operator to look at the changed spec"
  return health
end

local ready, stalled
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" then
    ready = condition
  elseif condition.type == "Stalled" then
    stalled = condition
  end
end

if stalled ~= nil and stalled.status == "True" then
  health.status = "Degraded"
  health.message = stalled.message
  return health
end
if ready == nil then
  health.status = "Progressing"
  health.message = "Waiting for the operator's first look"
  return health
end

health.message = ready.message
if ready.status == "True" then
  health.status = "Healthy"
elseif ready.reason == "AwaitingApproval" then
  health.status = "Suspended"
  if status.plan ~= nil then
    health.message = "Plan " .. status.plan.id .. " waits for approval: run the action approve, or annotate the lake with lake.dev/approve=" .. status.plan.id
  end
else
  health.status = "Progressing"
end
return health
