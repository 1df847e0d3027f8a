if obj.spec.reconcile == nil then
  obj.spec.reconcile = {}
end
obj.spec.reconcile.suspend = true
return obj
