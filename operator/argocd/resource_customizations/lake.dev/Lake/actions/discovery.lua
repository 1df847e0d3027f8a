local suspended = false
if obj.spec ~= nil and obj.spec.reconcile ~= nil and obj.spec.reconcile.suspend then
  suspended = true
end

-- A plan may be approved while it is shown, is of the spec as it is now, and was not approved yet.
local plan = nil
if obj.status ~= nil and obj.status.observedGeneration == obj.metadata.generation then
  plan = obj.status.plan
end
local approved = nil
if obj.metadata.annotations ~= nil then
  approved = obj.metadata.annotations["lake.dev/approve"]
end

local actions = {}
actions["approve"] = { ["disabled"] = suspended or plan == nil or plan.id == approved }
actions["pause"] = { ["disabled"] = suspended }
actions["reconcile"] = { ["disabled"] = suspended }
actions["resume"] = { ["disabled"] = not suspended }
return actions
