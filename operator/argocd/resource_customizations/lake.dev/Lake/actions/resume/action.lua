if obj.spec.reconcile == nil then
  obj.spec.reconcile = {}
end
obj.spec.reconcile.suspend = false
return obj
